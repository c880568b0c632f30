import { describe, expect, test } from "vitest";
import { chooseConnection, explainNoConnection } from "../../../src/cli/choose-connection.ts";
import { toEpochSeconds } from "../../../src/core/clock.ts";
import type { Connection } from "../../../src/core/connection.ts";
import { toCompanyId, toConnectionId, toLocationId } from "../../../src/core/ids.ts";

const location = (id: string, locationId: string, rest: Partial<Connection> = {}): Connection => ({
  id: toConnectionId(id),
  kind: "location",
  environment: "sandbox",
  locationId: toLocationId(locationId),
  userId: `user-${id}`,
  scopes: [],
  status: "active",
  connectedAt: toEpochSeconds(1),
  ...rest,
});

const company = (id: string): Connection => ({
  id: toConnectionId(id),
  kind: "company",
  environment: "sandbox",
  companyId: toCompanyId("agency"),
  scopes: [],
  status: "active",
  connectedAt: toEpochSeconds(1),
});

const a = location("a", "loc-a");
const b = location("b", "loc-b");
const agency = company("c");

describe("the chosen connection", () => {
  test.each([
    ["the only one", [a], {}, { connectionId: "a", subject: "user-a", locations: "all" }],
    ["the wanted id", [a, b], { connectionId: "b" }, { connectionId: "b", locations: "all" }],
    [
      "the wanted location",
      [a, b],
      { locationId: "loc-b" },
      { connectionId: "b", locations: "all" },
    ],
    [
      "the agency, limited to the location that no other connection has",
      [a, agency],
      { locationId: "loc-z" },
      { connectionId: "c", subject: "c", locations: ["loc-z"] },
    ],
    [
      "the location's own connection before the agency's",
      [agency, a],
      { locationId: "loc-a" },
      { connectionId: "a", locations: "all" },
    ],
    [
      "the only active one",
      [location("x", "loc-x", { status: "needs_reauth" }), a],
      {},
      { connectionId: "a" },
    ],
  ])("is %s", (_name, connections, wish, expected) => {
    const chosen = chooseConnection(connections, wish);
    expect(chosen).toMatchObject({ ok: true, value: expected });
  });
});

describe("no connection", () => {
  test.each([
    ["nothing is stored", [], {}, "no GoHighLevel connection yet; run: ghl-mcp login"],
    [
      "several could be meant",
      [a, b],
      {},
      "choose one with --connection <id> or GHL_LOCATION_ID:\n  a  location loc-a  active\n  b  location loc-b  active",
    ],
    ["the id is unknown", [a], { connectionId: "z" }, 'no stored connection matches "z"'],
    ["the location is unknown", [a], { locationId: "z" }, 'no stored connection matches "z"'],
    [
      "tokens are refused",
      [location("x", "l", { status: "needs_reauth" })],
      {},
      "connection x needs a new sign-in; run: ghl-mcp login",
    ],
    [
      "the location is paused",
      [location("x", "l", { status: "suspended" })],
      {},
      "connection x is suspended",
    ],
  ])("is chosen and the person hears what to do when %s", (_name, connections, wish, text) => {
    const chosen = chooseConnection(connections, wish);
    if (chosen.ok) throw new Error(`chose ${chosen.value.connectionId}`);
    expect(explainNoConnection(chosen.failure)).toContain(text);
  });
});
