import { expect, it } from "vitest";
import { SETTINGS } from "../../../src/config/schema.ts";
import { describeLoss, findMissingScopes } from "../../../src/core/scope-words.ts";

const ASKED = ["contacts.readonly", "contacts.write", "contacts.write", "invoices/template.write"];

it("names what is asked for and not granted, once each and in the order asked", () => {
  const granted = ["contacts.readonly", "users.readonly"];
  expect(findMissingScopes(ASKED, { kind: "location", scopes: granted })).toEqual([
    {
      scope: "contacts.write",
      loss: "creating, changing and deleting contacts, tags, notes and tasks",
    },
    { scope: "invoices/template.write", loss: "creating and changing invoices template" },
  ]);
  expect(findMissingScopes(ASKED, { kind: "company", scopes: ASKED })).toEqual([]);
});

it("says nothing of a private integration token, whose scopes are not known", () => {
  expect(findMissingScopes(ASKED, { kind: "private", scopes: [] })).toEqual([]);
});

it.each([
  ["saas/company.read", "reading saas company"],
  ["adPublishing.readonly", "reading ad publishing"],
  ["locations/write", "creating and changing locations"],
  ["something-new", 'what "something-new" allows'],
])("describes %s, which has no words of its own, by its name", (scope, words) => {
  expect(describeLoss(scope)).toBe(words);
});

it("says of every default scope what a person would miss, each in words of its own", () => {
  const losses = SETTINGS.GHL_SCOPES.fallback.split(" ").map(describeLoss);
  expect(new Set(losses).size).toBe(losses.length);
  expect(losses.filter((loss) => /what "|[./]/u.test(loss))).toEqual([]);
});
