import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toConnectionId, toLocationId } from "../../../src/core/ids.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { type Rig, startRig } from "./upstream-rig.ts";

describe("the locations of a connection", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(() => rig.close());

  const byName = () =>
    rig.sandbox.locations.toSorted((a, b) => a.name.localeCompare(b.name)).map(({ id }) => id);

  it("are the one of a location connection, with its zone", async () => {
    const [here] = rig.sandbox.locations;
    const connection = await rig.connect(String(here?.id));
    expect(await rig.upstream.listLocations(connection.id)).toMatchObject({
      ok: true,
      value: [{ id: here?.id, name: here?.name, timezone: expect.stringContaining("/") }],
    });
  });

  it("are all of an agency's, by name, over as many pages as it takes", async () => {
    const connection = await rig.connect("company");
    const [first, ...others] = rig.sandbox.locations;
    rig.sandbox.control.misbehave({
      pathPrefix: "/oauth/installedLocations",
      count: 1,
      how: {
        kind: "status",
        status: 200,
        body: JSON.stringify({ locations: [{ _id: first?.id, name: first?.name }], count: 3 }),
      },
    });
    const listed = await rig.upstream.listLocations(connection.id);
    expect(listed).toMatchObject({ ok: true });
    expect(listed.ok && listed.value.map(({ id }) => id)).toEqual(byName());
    const pages = rig.sent.filter(({ url }) => url.includes("installedLocations"));
    expect(pages.map(({ url }) => new URL(url).searchParams.get("skip"))).toEqual(["0", "1"]);
    expect(others).toHaveLength(2);
  });

  it("are asked for once a minute, and again after a disconnect", async () => {
    const connection = await rig.connect("company");
    const asked = () => rig.sent.filter(({ url }) => url.includes("installedLocations")).length;
    await Promise.all(Array.from({ length: 5 }, () => rig.upstream.listLocations(connection.id)));
    rig.clock.advance(59);
    await rig.upstream.listLocations(connection.id);
    const once = asked();
    expect(once).toBe(1);
    rig.clock.advance(1);
    await rig.upstream.listLocations(connection.id);
    expect(asked()).toBe(2);
    await rig.upstream.removeConnection(connection.id);
    expect(await rig.upstream.listLocations(connection.id)).toMatchObject({
      failure: { kind: "connection_missing" },
    });
  });

  it("are read with a newer token when the first is refused", async () => {
    const connection = await rig.connect(String(rig.sandbox.locations[0]?.id));
    rig.sandbox.control.expireAccessTokens();
    expect((await rig.upstream.listLocations(connection.id)).ok).toBe(true);
    expect(rig.grants("refresh_token")).toBe(1);
  });

  it("show their id where the grant may not read names", async () => {
    rig.sandbox.control.limitScopes(["contacts.readonly"]);
    const id = String(rig.sandbox.locations[0]?.id);
    const connection = await rig.connect(id);
    expect(await rig.upstream.listLocations(connection.id)).toEqual({
      ok: true,
      value: [{ id, name: id }],
    });
    expect(rig.grants("refresh_token")).toBe(0);
  });

  it("are not cached while GoHighLevel is unavailable", async () => {
    const connection = await rig.connect(String(rig.sandbox.locations[0]?.id));
    const how = { kind: "status", status: 503 } as const;
    rig.sandbox.control.misbehave({ pathPrefix: "/locations/", count: 1, how });
    expect(await rig.upstream.listLocations(connection.id)).toMatchObject({
      failure: { kind: "upstream_unavailable" },
    });
    expect((await rig.upstream.listLocations(connection.id)).ok).toBe(true);
  });

  it("are the one of the private integration token", async () => {
    const here = rig.sandbox.locations[0];
    const locationId = toLocationId(String(here?.id));
    const token = toSecret(rig.sandbox.privateTokens.get(locationId) ?? "");
    const upstream = rig.another({ privateToken: { token, locationId } });
    expect(await upstream.listLocations(toConnectionId("private"))).toMatchObject({
      value: [{ id: locationId, name: here?.name }],
    });
  });
});
