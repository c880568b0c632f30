import { describe, expect, it } from "vitest";
import { BERLIN, LYON, createHarness, toPinned, toPrincipal } from "./fixtures.ts";

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
