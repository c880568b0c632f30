import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ConnectionId, toLocationId } from "../../../src/core/ids.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import { type Rig, startRig, tokenOf } from "./upstream-rig.ts";

let rig: Rig;
/** Every value written to the store so far. */
let written: string[];

beforeEach(async () => {
  written = [];
  rig = await startRig({
    makeStore: (clock): RecordStore => {
      const store = createMemoryStore({ clock });
      return {
        ...store,
        put: (at, value, options) => {
          written.push(`${at.namespace} ${at.key} ${value}`);
          return store.put(at, value, options);
        },
      };
    },
  });
});
afterEach(() => rig.close());

const locations = () => rig.sandbox.locations.map(({ id }) => toLocationId(id));
const tokenFor = (connectionId: ConnectionId, locationId: ReturnType<typeof toLocationId>) =>
  rig.upstream.tokens.getToken({ connectionId, tokenClass: "location", locationId });
const listed = async (id: ConnectionId): Promise<readonly string[]> => {
  const found = await rig.upstream.listLocations(id);
  return found.ok ? found.value.map((one) => one.id) : [];
};
const mints = () => rig.sent.filter(({ url }) => url.endsWith("/oauth/locationToken"));

describe("an installation by an agency", () => {
  it("of all its locations reaches each of them, with a token of its own", async () => {
    const { id } = await rig.connect("company");
    const tokens = await Promise.all(locations().map(async (location) => tokenFor(id, location)));
    expect(new Set(tokens.map((given) => tokenOf(given).reveal())).size).toBe(locations().length);
    expect((await listed(id)).toSorted()).toEqual([...locations()].toSorted());
  });

  it("of some locations reaches those, and asks GoHighLevel for no other", async () => {
    const { id } = await rig.connect("company-some");
    const approved = locations().slice(0, Math.ceil(locations().length / 2));
    expect(approved.length).toBeLessThan(locations().length);
    for (const location of locations()) {
      expect((await tokenFor(id, location)).ok).toBe(approved.includes(location));
    }
    expect(mints()).toHaveLength(approved.length);
    expect((await listed(id)).toSorted()).toEqual([...approved].toSorted());
  });

  it("with future locations leaves it to GoHighLevel which there are", async () => {
    const { id } = await rig.connect("company-future");
    const [first = toLocationId("")] = locations();
    expect((await tokenFor(id, first)).ok).toBe(true);
    const later = toLocationId("a-location-of-later");
    expect(await tokenFor(id, later)).toMatchObject({
      failure: { kind: "location_not_allowed", locationId: later },
    });
    // It was GoHighLevel that said no: the list of the answer does not close the door.
    expect(mints()).toHaveLength(2);
  });

  it("alone, without its locations, reaches none", async () => {
    const { id, kind } = await rig.connect("company-alone");
    expect(kind).toBe("company");
    const [first = toLocationId("")] = locations();
    expect(await tokenFor(id, first)).toMatchObject({
      failure: { kind: "location_not_allowed" },
    });
    expect(await listed(id)).toEqual([]);
  });

  it("tells the log whether it was a bulk installation, and takes an answer that says it oddly", async () => {
    await rig.connect("company");
    expect(rig.logged.join("")).toContain('"isBulkInstallation":true');
    rig.sandbox.control.misbehave({
      pathPrefix: "/oauth/token",
      count: 1,
      how: {
        kind: "status",
        status: 200,
        body: JSON.stringify({
          access_token: "a",
          refresh_token: "b",
          expires_in: 86_399,
          scope: "oauth.write",
          userType: "Company",
          companyId: "company1",
          isBulkInstallation: "yes",
        }),
      },
    });
    expect((await rig.signIn("company")).ok).toBe(true);
  });
});

describe("the token of one of an agency's locations", () => {
  it("is asked for under the dated version, since v3 has not got its path", async () => {
    const { id } = await rig.connect("company");
    const [first = toLocationId("")] = locations();
    const token = tokenOf(await tokenFor(id, first));
    expect(mints()[0]?.headers?.["version"]).toBe("2021-07-28");
    const asV3 = await fetch(`${rig.sandbox.baseUrl}/oauth/locationToken`, {
      method: "POST",
      headers: { authorization: `Bearer ${token.reveal()}`, version: "v3" },
    });
    expect([asV3.status, await asV3.text()]).toEqual([
      400,
      expect.stringContaining("has been removed in version v3"),
    ]);
  });

  it("is minted once, kept for its connection and location alone, and never stored", async () => {
    const [first = toLocationId(""), second = toLocationId("")] = locations();
    const one = await rig.connect("company");
    written.length = 0;
    const a = tokenOf(await tokenFor(one.id, first)).reveal();
    expect(tokenOf(await tokenFor(one.id, first)).reveal()).toBe(a);
    expect(mints()).toHaveLength(1);
    expect(tokenOf(await tokenFor(one.id, second)).reveal()).not.toBe(a);
    expect(mints()).toHaveLength(2);
    expect(written).toEqual([]);

    // A connection of that location has its own token, and never the agency's.
    const own = await rig.connect(first);
    const token = tokenOf(
      await rig.upstream.tokens.getToken({ connectionId: own.id, tokenClass: "location" }),
    );
    expect(token.reveal()).not.toBe(a);
    expect(mints()).toHaveLength(2);
  });

  it("is forgotten with its connection, and with a new sign-in of the agency", async () => {
    const [first = toLocationId("")] = locations();
    const { id } = await rig.connect("company");
    await tokenFor(id, first);
    expect((await rig.connect("company")).id).toBe(id);
    await tokenFor(id, first);
    expect(mints()).toHaveLength(2);
    await rig.upstream.removeConnection(id);
    expect(await tokenFor(id, first)).toMatchObject({ failure: { kind: "connection_missing" } });
    expect(mints()).toHaveLength(2);
  });
});
