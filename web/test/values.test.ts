import assert from "node:assert/strict";
import { test } from "node:test";
import { fill } from "../src/words/fill.ts";
import { number } from "../src/public/answer/number.ts";
import { pick } from "../src/words/pick.ts";

test("a number is read as people write it", () => {
  assert.deepEqual(["1,5", "1 234", "−3", "1.5", "0"].map(number), [1.5, 1234, -3, 1.5, 0]);
  assert.ok(Number.isNaN(number("kolme")));
});
test("a place in a sentence is filled once with its value", () => {
  assert.equal(fill("Paikkasi jonossa: {place}.", { place: 3 }), "Paikkasi jonossa: 3.");
  assert.equal(fill("{a}{b}", { a: "{b}", b: 1 }), "{b}1");
});
test("a text is shown in the wanted language, else in Finnish, Swedish, English or any other", () => {
  assert.deepEqual(pick({ sv: "Hej", en: "Hi" }, "fi"), { text: "Hej", lang: "sv" });
  assert.deepEqual(pick({ se: "Bures" }, "en"), { text: "Bures", lang: "se" });
  assert.deepEqual(pick(null, "en"), { text: "", lang: "en" });
});
