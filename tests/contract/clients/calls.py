"""The calls that every generated client makes, in their order: `$name` is a value that an earlier answer has given.

`$client` is the name of the client, so that each makes its own things, and `$uuid` a new UUID.
"""

from dataclasses import dataclass, field

Values = dict[str, object]


@dataclass(frozen=True)
class Call:
    """One call, the status of its answer, and the values that later calls need: by name, the keys to it."""

    operation: str
    status: int = 200
    path: Values = field(default_factory=dict)
    query: Values = field(default_factory=dict)
    headers: Values = field(default_factory=dict)
    body: Values | None = None
    file: str | None = None
    keep: dict[str, list[str | int]] = field(default_factory=dict)
    # The call is made without a token.
    public: bool = False
    # The name under which the answer's ETag is kept.
    etag: str | None = None


def text(words: str) -> Values:
    """A text in Finnish, with the name of the client."""
    return {"fi": f"{words} $client"}


KEY: Values = {"Idempotency-Key": "$uuid"}
SECOND_HALF: Values = {"coordination": "$programme", "period": "2026S2"}
EVENTS_SECOND_HALF: Values = {"coordination": "$coordination", "period": "2026S2"}
LIST = "Hankekoodi;Hankkeen nimi\n"

REGISTRY = [
    Call("registry_read_keys"),
    Call("registry_read_metadata"),
    Call("registry_list_code_lists"),
    Call("registry_list_codes", path={"scheme": "maakunta"}, query={"limit": 3, "sort": "-name"}),
    Call("registry_read_code", path={"scheme": "maakunta", "code": "05"}),
    Call(
        "registry_create_organisation",
        201,
        headers=KEY,
        body={"kind": "agency", "name": text("Virasto")},
        keep={"organisation": ["id"]},
    ),
    Call(
        "registry_create_organisation",
        201,
        headers=KEY,
        body={"kind": "company", "name": text("Yritys")},
        keep={"other": ["id"]},
    ),
    Call("registry_list_organisations", query={"q": "Virasto", "sort": "name"}),
    Call("registry_list_organisation_names", query={"q": "Virasto"}),
    Call("registry_read_organisation", path={"organisation_id": "$organisation"}, etag="etag"),
    Call(
        "registry_change_organisation",
        path={"organisation_id": "$organisation"},
        headers={"If-Match": "$etag"},
        body={"name": {"sv": "Ämbetsverk $client"}},
    ),
    Call(
        "registry_create_organisation_merge",
        201,
        path={"organisation_id": "$organisation"},
        headers=KEY,
        body={"other": "$other"},
        keep={"merge": ["id"]},
    ),
    Call("registry_list_organisation_merges", path={"organisation_id": "$organisation"}),
    Call(
        "registry_read_organisation_merge",
        path={"organisation_id": "$organisation", "merge_id": "$merge"},
        etag="etag",
    ),
    Call(
        "registry_delete_organisation_merge",
        204,
        path={"organisation_id": "$organisation", "merge_id": "$merge"},
        headers={"If-Match": "$etag"},
    ),
    Call(
        "registry_create_project",
        201,
        headers=KEY,
        body={"kind": "programme", "scope": "national", "state": "running", "name": text("Koordinaatio")},
        keep={"programme": ["id"]},
    ),
    Call(
        "registry_create_project",
        201,
        headers=KEY,
        body={"kind": "pilot", "scope": "regional", "state": "running", "name": text("Kokeilu")},
        keep={"project": ["id"]},
    ),
    Call("registry_list_projects", query={"q": "kokeilu", "sort": "-created_at,name", "limit": 5}),
    Call("registry_read_project", path={"ref": "$project"}, etag="etag"),
    Call(
        "registry_change_project",
        path={"ref": "$project"},
        headers={"If-Match": "$etag"},
        body={"name": {"sv": "Försök $client"}},
    ),
    Call(
        "registry_create_project_relation",
        201,
        path={"ref": "$programme"},
        headers=KEY,
        body={"kind": "coordinates", "other": "$project"},
        keep={"relation": ["id"]},
    ),
    Call("registry_list_project_relations", path={"ref": "$project"}),
    Call("registry_read_project_relation", path={"ref": "$programme", "relation_id": "$relation"}, etag="etag"),
    Call("registry_list_project_revisions", path={"ref": "$project"}),
    Call("registry_read_project_revision", path={"ref": "$project", "version": 1}),
    Call("registry_list_statements", path={"ref": "$project"}),
    Call("registry_list_network_edges", query=SECOND_HALF),
    Call("registry_search", query={"q": "kokeilu"}),
    Call(
        "registry_withdraw_project_relation",
        204,
        path={"ref": "$programme", "relation_id": "$relation"},
        headers={"If-Match": "$etag"},
    ),
    Call(
        "registry_create_project",
        201,
        headers=KEY,
        body={"kind": "pilot", "scope": "regional", "state": "running", "name": text("Jatko")},
        keep={"twin": ["id"]},
    ),
    Call(
        "registry_create_project_link",
        201,
        path={"ref": "$project"},
        headers=KEY,
        body={"other": "$twin"},
        keep={"link": ["id"]},
    ),
    Call("registry_list_project_links", path={"ref": "$project"}),
    Call("registry_read_project_link", path={"ref": "$project", "link_id": "$link"}, etag="etag"),
    Call(
        "registry_delete_project_link",
        204,
        path={"ref": "$project", "link_id": "$link"},
        headers={"If-Match": "$etag"},
    ),
    Call(
        "registry_create_spelling",
        201,
        headers=KEY,
        body={"coordination_id": "$programme", "organisation_id": "$organisation", "spelling": "Viraston $client"},
        keep={"spelling": ["id"]},
    ),
    Call("registry_list_spellings", query={"coordination": ["$programme"]}),
    Call("registry_read_spelling", path={"spelling_id": "$spelling"}, etag="etag"),
    Call("registry_delete_spelling", 204, path={"spelling_id": "$spelling"}, headers={"If-Match": "$etag"}),
    Call("registry_read_summary", query=SECOND_HALF),
    Call("registry_read_measures", query=SECOND_HALF),
    Call("registry_create_import", 202, headers=KEY, file="$list", keep={"import": ["id"]}),
    Call("registry_list_imports"),
    Call("registry_read_import", path={"import_id": "$import"}),
    Call("registry_list_import_rows", path={"import_id": "$import"}, query={"sort": "-line"}),
    Call(
        "registry_create_partner",
        201,
        body={"name": "Järjestelmä $client", "scopes": ["registry:read"], "grants": [{"role": "partner"}]},
        keep={"client_id": ["client_id"], "secret": ["client_secret"]},
    ),
    Call("registry_list_partners"),
    Call("registry_list_audit_entries", query={"noun": "partners", "sort": "-recorded_at", "limit": 5}),
    Call("registry_read_partner", path={"client_id": "$client_id"}, etag="etag"),
    Call(
        "registry_change_partner",
        path={"client_id": "$client_id"},
        headers={"If-Match": "$etag"},
        body={"name": "Toinen järjestelmä $client"},
    ),
    Call(
        "registry_give_token",
        body={"grant_type": "client_credentials", "client_id": "$client_id", "client_secret": "$secret"},
        public=True,
    ),
]
EVENTS = [
    Call(
        "events_create_event",
        201,
        headers=KEY,
        body={
            "coordination_id": "$coordination",
            "type": "hankekahvit",
            "title": text("Hankekahvit"),
            "starts_at": "2099-03-11T07:00:00Z",
            "ends_at": "2099-03-11T08:00:00Z",
        },
        keep={"event": ["id"]},
    ),
    Call("events_read_event", path={"ref": "$event"}, etag="etag"),
    Call(
        "events_change_event",
        path={"ref": "$event"},
        headers={"If-Match": "$etag"},
        body={"title": {"sv": "Projektkaffe $client"}},
    ),
    Call("events_publish_event", path={"ref": "$event"}, headers=KEY),
    Call("events_list_events", query={"coordination": "$coordination", "sort": "-starts_at,title"}),
    Call("events_read_event_calendar", path={"ref": "$event"}),
    Call("events_read_event_json_ld", path={"ref": "$event"}),
    Call("events_read_feed"),
    Call(
        "events_register",
        201,
        path={"ref": "$event"},
        headers=KEY,
        body={"name": "Maija $client", "email": "$client@yritys.example", "privacy_accepted": True},
        keep={"registration": ["id"]},
    ),
    Call("events_list_registrations", path={"ref": "$event"}, query={"sort": "name"}),
    Call("events_read_registration", path={"registration_id": "$registration"}, etag="etag"),
    Call(
        "events_change_registration",
        path={"registration_id": "$registration"},
        headers={"If-Match": "$etag"},
        body={"organisation": "Yritys $client Oy"},
    ),
    Call("events_list_attendance", path={"ref": "$event"}),
    Call("events_list_mails", path={"ref": "$event"}),
    Call("events_list_audit_entries", query={"noun": "mails", "sort": "-recorded_at", "limit": 5}),
    Call("events_read_outcome", path={"ref": "$event"}),
    Call("events_list_co_participation", query=EVENTS_SECOND_HALF),
    Call("events_list_organisation_spellings", query={"coordination": "$coordination"}),
    Call("events_read_summary", query=EVENTS_SECOND_HALF),
    Call("events_read_measures", query=EVENTS_SECOND_HALF),
    Call("events_cancel_registration", path={"registration_id": "$registration"}, headers=KEY, body={"reason": "Este"}),
    Call("events_cancel_event", path={"ref": "$event"}, headers=KEY, body={"reason": text("Peruttu")}),
]
FEEDBACK = [
    Call("feedback_list_surveys", query={"sort": "-closes_at"}),
    Call("feedback_read_survey", path={"survey_id": "$survey"}, etag="etag"),
    Call(
        "feedback_change_survey",
        path={"survey_id": "$survey"},
        headers={"If-Match": "$etag"},
        body={"title": {"sv": "Respons $client"}},
    ),
    Call("feedback_read_window", path={"survey_id": "$survey"}),
    Call("feedback_read_results", path={"survey_id": "$survey"}),
    Call("feedback_read_summary", query=EVENTS_SECOND_HALF),
    Call("feedback_read_measures", query=EVENTS_SECOND_HALF),
    Call("feedback_list_audit_entries", query={"sort": "-recorded_at", "limit": 5}),
]
DASHBOARD = [
    Call("dashboard_list_coordinations"),
    Call("dashboard_read_summary", path={"ref": "$programme"}, query={"period": "2026S2"}),
    Call("dashboard_list_measures", path={"ref": "$programme"}, query={"period": "2026S2"}),
    Call("dashboard_list_measure_rows", path={"ref": "$programme", "key": "coffee"}, query={"period": "2026S2"}),
    Call(
        "dashboard_read_series",
        path={"ref": "$programme", "key": "coffee"},
        query={"periods": ["2026S1", "2026S2"]},
    ),
]
CALLS = [*REGISTRY, *EVENTS, *FEEDBACK, *DASHBOARD]
# Needs the secret of a person's manage link, which is only in the mail.
NOT_CALLED = {"events_read_own_registration"}
