import { describe, expect, it } from "vitest";
import { toEpochSeconds } from "../../../../src/core/clock.ts";
import { toCompanyId, toConnectionId, toLocationId } from "../../../../src/core/ids.ts";
import { toSecret } from "../../../../src/core/secret.ts";
import type { HeldConnection } from "../../../../src/upstream/vault.ts";
import type { WebhookMeaning } from "../../../../src/upstream/webhooks/event.ts";
import { planChanges } from "../../../../src/upstream/webhooks/plan-changes.ts";

const AT = 1_767_225_600;
const [here, there, later] = ["loc-here", "loc-there", "loc-later"].map(toLocationId) as [
  ReturnType<typeof toLocationId>,
  ReturnType<typeof toLocationId>,
  ReturnType<typeof toLocationId>,
];
const ours = toCompanyId("agency");
const theirs = toCompanyId("other-agency");

type Agency = Pick<HeldConnection, "approvedLocations" | "removedLocations">;

const hold = (
  id: string,
  connection: Partial<HeldConnection["connection"]>,
  agency: Agency = { approvedLocations: "all" },
): HeldConnection => ({
  connection: {
    id: toConnectionId(id),
    kind: "location",
    environment: "sandbox",
    companyId: ours,
    scopes: [],
    status: "active",
    connectedAt: toEpochSeconds(AT),
    tokenExpiresAt: toEpochSeconds(AT + 1000),
    ...connection,
  },
  tokens: {
    accessToken: toSecret("a"),
    refreshToken: toSecret("r"),
    expiresAt: toEpochSeconds(AT + 1000),
    refreshAfter: toEpochSeconds(AT + 900),
  },
  ...agency,
});

const all: readonly HeldConnection[] = [
  hold("here", { locationId: here }),
  hold("there", { locationId: there, companyId: theirs }),
  hold("listed", { kind: "company" }, { approvedLocations: [here] }),
  hold("open", { kind: "company" }, { approvedLocations: "all", removedLocations: [later] }),
  hold("foreign", { kind: "company", companyId: theirs }, { approvedLocations: [there] }),
];

const plan = (meaning: WebhookMeaning, at = AT): readonly string[] =>
  planChanges(meaning, toEpochSeconds(at), all).map((change) =>
    "locationId" in change
      ? `${change.kind} ${change.locationId} ${change.connectionId}`
      : `${change.kind} ${change.connectionId}`,
  );

describe("what an event changes", () => {
  const table: readonly (readonly [string, WebhookMeaning, readonly string[]])[] = [
    [
      "an uninstall of a location, with its agency",
      { kind: "uninstalled", companyId: ours, locationId: here },
      ["remove here", "take_out loc-here listed", "take_out loc-here open"],
    ],
    [
      "an uninstall of a location, without its agency",
      { kind: "uninstalled", locationId: there },
      ["remove there", "take_out loc-there open", "take_out loc-there foreign"],
    ],
    [
      "an uninstall of a location that is out already",
      { kind: "uninstalled", companyId: ours, locationId: later },
      [],
    ],
    [
      "an uninstall of an agency",
      { kind: "uninstalled", companyId: ours },
      ["remove here", "remove listed", "remove open"],
    ],
    ["an uninstall of nobody", { kind: "uninstalled" }, []],
    [
      "an install in a location of the agency",
      { kind: "installed", companyId: ours, locationId: later },
      ["let_in loc-later listed", "let_in loc-later open"],
    ],
    [
      "an install in a location that is approved",
      { kind: "installed", companyId: theirs, locationId: there },
      [],
    ],
    ["an install that names no agency", { kind: "installed", locationId: later }, []],
    ["an install of an agency", { kind: "installed", companyId: ours }, []],
    ["a change of a location", { kind: "locations_changed" }, []],
    ["an event without a meaning", { kind: "nothing" }, []],
  ];

  it.each(table)("%s", (_name, meaning, changes) => {
    expect(plan(meaning)).toEqual(changes);
  });

  it("leaves connections alone that were signed in after the event", () => {
    expect(plan({ kind: "uninstalled", companyId: ours }, AT - 1)).toEqual([]);
    expect(plan({ kind: "installed", companyId: ours, locationId: later }, AT - 1)).toEqual([]);
  });
});
