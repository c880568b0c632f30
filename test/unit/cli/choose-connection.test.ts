import { describe, expect, test } from "vitest";
import { chooseConnection, explainNoConnection } from "../../../src/cli/choose-connection.ts";
import { toEpochSeconds } from "../../../src/core/clock.ts";
import type { Connection } from "../../../src/core/connection.ts";
import { toCompanyId, toConnectionId, toLocationId } from "../../../src/core/ids.ts";
import { toSecret } from "../../../src/core/secret.ts";

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

const sandbox = { upstream: { mode: "sandbox" } } as const;

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
    expect(explainNoConnection(chosen.failure, sandbox)).toContain(text);
  });
});

describe("the advice without a connection", () => {
  const live = { upstream: { mode: "token_entry" } } as const;
  const held = { token: toSecret("pit-1"), locationId: "loc-a" };

  test.each([
    ["nothing is stored", { kind: "none" }],
    ["the id is unknown", { kind: "unknown", wish: "z", choices: [a] }],
    ["tokens are refused", { kind: "not_usable", connection: a }],
  ] as const)("names the settings, and no sign-in, without an app where %s", (_name, failure) => {
    const text = explainNoConnection(failure, live);
    expect(text).toContain(
      "set GHL_PRIVATE_TOKEN and GHL_LOCATION_ID, or GHL_CLIENT_ID and GHL_CLIENT_SECRET",
    );
    expect(text).not.toContain("ghl-mcp login");
  });

  test.each(["private_token", "token_entry"] as const)(
    "is to leave out --connection where a private token is set and the mode is %s",
    (mode) => {
      const text = explainNoConnection(
        { kind: "none" },
        { upstream: { mode }, privateToken: held },
      );
      expect(text).toContain("leave out --connection");
    },
  );

  test("is a new token, and no sign-in, for a private integration token that is refused", () => {
    const connection = {
      ...location("p", "l", { status: "needs_reauth" }),
      kind: "private",
    } as const;
    const text = explainNoConnection({ kind: "not_usable", connection }, sandbox);
    expect(text).toContain("make a new one in the location");
    expect(text).not.toContain("ghl-mcp login");
  });
});
