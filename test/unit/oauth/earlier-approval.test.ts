import { expect, it } from "vitest";
import { toEpochSeconds } from "../../../src/core/clock.ts";
import { toClientId, toConnectionId, toGrantId } from "../../../src/core/ids.ts";
import { findEarlierApproval } from "../../../src/oauth/authorize/earlier-approval.ts";
import type { Transaction } from "../../../src/oauth/authorize/transaction.ts";
import type { Grant } from "../../../src/oauth/grants.ts";

const CONNECTION = toConnectionId("connection-1");

const transaction: Transaction = {
  clientId: toClientId("client-1"),
  redirectUri: "https://desk.example/cb",
  challenge: "challenge",
  resource: "https://mcp.example/mcp",
  requested: { access: "write", areas: ["contacts"] },
  expiresAt: toEpochSeconds(2000),
};

const grant: Grant = {
  id: toGrantId("grant-1"),
  clientId: toClientId("client-1"),
  redirectUri: "https://desk.example/cb",
  subject: "user-1",
  connectionId: CONNECTION,
  access: "write",
  areas: "all",
  locations: "all",
  createdAt: toEpochSeconds(1000),
  lastUsedAt: toEpochSeconds(1000),
  endsAt: toEpochSeconds(9000),
  idleEndsAt: toEpochSeconds(9000),
};

it("finds the newest grant that covers the request", () => {
  const newer = { ...grant, createdAt: toEpochSeconds(1500) };
  expect(findEarlierApproval(transaction, [grant, newer], [CONNECTION])).toEqual({
    connectionId: CONNECTION,
    approvedAt: 1500,
  });
});

it.each<[string, Partial<Grant>]>([
  ["another client", { clientId: toClientId("client-2") }],
  ["another redirect URI", { redirectUri: "https://desk.example/other" }],
  ["a lower level", { access: "read" }],
  ["other areas", { areas: ["calendars"] }],
  ["a connection that is not signed in to here", { connectionId: toConnectionId("other") }],
])("takes no grant of %s for an approval", (_name, change) => {
  expect(findEarlierApproval(transaction, [{ ...grant, ...change }], [CONNECTION])).toBeUndefined();
});

it("takes no grant for one whose way back was not kept", () => {
  const { redirectUri: _, ...old } = grant;
  expect(findEarlierApproval(transaction, [old], [CONNECTION])).toBeUndefined();
});

it("lets a loopback port differ, and nothing else of a loopback address", () => {
  const at = (redirectUri: string) => ({ ...transaction, redirectUri });
  const local = [{ ...grant, redirectUri: "http://localhost:1234/cb" }];
  expect(findEarlierApproval(at("http://localhost:99/cb"), local, [CONNECTION])).toBeDefined();
  for (const other of ["http://127.0.0.1:1234/cb", "http://localhost:1234/x"]) {
    expect(findEarlierApproval(at(other), local, [CONNECTION])).toBeUndefined();
  }
});
