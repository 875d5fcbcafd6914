// One page for all services: the merged document, read by Swagger UI.
"use strict";
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  // Vipu asks nobody on the Internet to judge its document.
  validatorUrl: null,
});
