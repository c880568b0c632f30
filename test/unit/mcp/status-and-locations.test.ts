import { describe, expect, it } from "vitest";
import { BERLIN, FOREIGN, LYON, createHarness, toPinned, toPrincipal } from "./fixtures.ts";

describe("get_oauth_status", () => {
  it("shows grant, connection, locations and server, and no secret", async () => {
    const harness = createHarness();
    const { data } = await harness.call(
      toPrincipal({ access: "write", areas: ["contacts"] }),
      "get_oauth_status",
    );
    expect(data).toEqual({
      server: { name: "ghl-mcp", version: "1.2.3", mode: "sandbox" },
      grant: {
        id: "grant-1",
        client: "client-1",
        access: "write",
        areas: ["contacts"],
        expires: "2026-01-01T00:15:00Z",
      },
      connection: {
        id: "connection-1",
        kind: "company",
        environment: "sandbox",
        status: "active",
        company: "company-1",
        user: "user-1",
        scopes: ["contacts.readonly", "contacts.write"],
        connected: "2026-01-01T00:00:00Z",
        token: "good, renewed by itself",
        token_expires: "2026-01-02T00:00:00Z",
      },
      locations: {
        count: 2,
        first: [
          { id: BERLIN, name: "Berlin Dental", timezone: "Europe/Berlin" },
          { id: LYON, name: "Lyon Yoga", timezone: "Europe/Paris" },
        ],
      },
    });
    expect(harness.calls).toEqual([]);
  });

  it("shows which scopes are missing, how the token is, and the rate that is left to this grant", async () => {
    const budget = {
      limit: 100,
      intervalMs: 10_000,
      dailyLimit: 200_000,
      queued: 0,
      inFlight: 0,
    };
    const harness = createHarness(
      {},
      {
        connection: { scopes: ["contacts.readonly"], status: "needs_reauth" },
        scopes: ["contacts.readonly", "users.readonly"],
        rateLimits: [
          { ...budget, kind: "location", id: LYON, remaining: 93, dailyRemaining: 199_000 },
          { ...budget, kind: "location", id: FOREIGN, remaining: 1, dailyRemaining: 1 },
          { ...budget, kind: "company", id: "connection-2", remaining: 2, dailyRemaining: 2 },
        ],
      },
    );
    const { data, text } = await harness.call(toPrincipal(), "get_oauth_status");
    expect(data["connection"]).toMatchObject({
      missing_scopes: ["users.readonly"],
      token: "refused: the person must sign in again",
    });
    expect(data["rate_left"]).toEqual([
      { location: LYON, now: "93 of 100 per 10 s", today: 199_000 },
    ]);
    expect(text).not.toContain(FOREIGN);
    expect(text).not.toContain("connection-2");
  });

  it("answers also when the connection is gone", async () => {
    const harness = createHarness({}, { connection: "missing" });
    const result = await harness.call(toPrincipal(), "get_oauth_status");
    expect(result.isError).toBe(false);
    expect(result.data["connection"]).toEqual({ status: "missing" });
  });

  it("counts all locations and shows the first twenty", async () => {
    const locations = Array.from({ length: 30 }, (_, index) => ({
      id: BERLIN,
      name: `Place ${index}`,
    }));
    const harness = createHarness({}, { locations });
    const { data } = await harness.call(toPrincipal(), "get_oauth_status");
    expect(data["locations"]).toMatchObject({ count: 30, more: "list_locations shows all" });
    expect((data["locations"] as { first: unknown[] }).first).toHaveLength(20);
  });
});

describe("list_locations", () => {
  it("lists those of the grant and no other", async () => {
    const harness = createHarness();
    const { data } = await harness.call(toPinned(LYON), "list_locations");
    expect(data).toEqual({
      locations: [
        { id: LYON, name: "Lyon Yoga", timezone: "Europe/Paris", city: "Lyon", country: "FR" },
      ],
      total: 1,
    });
  });

  it.each(["berlin", "DENTAL", "BerlinBerlin"])("finds %j in name, city or id", async (query) => {
    const { data } = await createHarness().call(toPrincipal(), "list_locations", { query });
    expect(data).toMatchObject({ total: 1, locations: [{ id: BERLIN }] });
  });

  it("pages through all of them", async () => {
    const harness = createHarness();
    const first = await harness.call(toPrincipal(), "list_locations", { limit: 1 });
    expect(first.data).toMatchObject({ total: 2, locations: [{ id: BERLIN }] });
    const second = await harness.call(toPrincipal(), "list_locations", {
      limit: 1,
      cursor: first.data["next_cursor"],
    });
    expect(second.data).toMatchObject({ locations: [{ id: LYON }] });
    expect(second.data).not.toHaveProperty("next_cursor");
  });
});
