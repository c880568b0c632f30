import { describe, expect, it } from "vitest";
import { type Change, createChangeFeed, type HeardChange } from "../../../src/core/changes.ts";
import { toConnectionId, toOperationId } from "../../../src/core/ids.ts";
import { fail, ok, type Result } from "../../../src/core/result.ts";
import type { GhlAnswer, GhlCall, GhlClient } from "../../../src/ghl/call.ts";
import type { GhlFailure } from "../../../src/ghl/errors.ts";
import { announceChanges, toEvent, toEventBus } from "../../../src/mcp/changes.ts";
import { BERLIN, LYON, toPinned, toPrincipal } from "./fixtures.ts";

const CONNECTION = toConnectionId("connection-1");
const TAGS: Change = {
  kind: "resource",
  connectionId: CONNECTION,
  locationId: BERLIN,
  resource: "tags",
};
const UPDATED = { kind: "resource_updated", uri: `ghl://locations/${BERLIN}/tags` };

describe("changes that a grant may learn of", () => {
  it.each([
    ["a grant of all locations", toPrincipal(), UPDATED],
    ["a grant of that location", toPinned(BERLIN), UPDATED],
    ["a grant of another location", toPinned(LYON), undefined],
    ["a grant without the area", { ...toPinned(BERLIN), areas: ["payments"] as const }, undefined],
    [
      "a grant of another connection",
      { ...toPrincipal(), connectionId: toConnectionId("connection-2") },
      undefined,
    ],
  ])("tells %s of a changed resource accordingly", (_who, principal, event) => {
    expect(toEvent(TAGS, principal)).toEqual(event);
  });

  it("tells of new locations only where the grant has them all", () => {
    const change = { kind: "locations", connectionId: CONNECTION } as const;
    expect(toEvent(change, toPrincipal())).toEqual({ kind: "resources_list_changed" });
    expect(toEvent(change, toPinned())).toBeUndefined();
  });

  it("announces the lists again after changes may have been missed", () => {
    for (const principal of [toPrincipal(), toPinned(LYON)]) {
      expect(toEvent({ kind: "missed" }, principal)).toEqual({ kind: "resources_list_changed" });
    }
  });

  it("tells nothing more once the listener has left", () => {
    const feed = createChangeFeed();
    const heard: unknown[] = [];
    const leave = toEventBus(feed, toPrincipal()).subscribe((event) => heard.push(event));
    feed.publish(TAGS);
    leave();
    leave();
    feed.publish(TAGS);
    expect(heard).toEqual([UPDATED]);
  });
});

describe("calls that change a resource", () => {
  const announced = async (
    operation: string,
    answer: Result<GhlAnswer, GhlFailure>,
  ): Promise<readonly HeardChange[]> => {
    const feed = createChangeFeed();
    const heard: HeardChange[] = [];
    feed.subscribe((change) => heard.push(change));
    const call: GhlCall = {
      operation: toOperationId(operation),
      connectionId: CONNECTION,
      locationId: BERLIN,
    };
    const ghl = announceChanges<Pick<GhlClient, "call">>({ call: async () => answer }, feed);
    expect(await ghl.call(call)).toBe(answer);
    return heard;
  };

  it("are announced when they went through", async () => {
    expect(await announced("locations.create-tag", ok({ status: 201, body: {} }))).toEqual([TAGS]);
  });

  it("are not announced when they failed, nor are calls that change nothing", async () => {
    expect(await announced("locations.create-tag", fail({ kind: "not_found" }))).toEqual([]);
    expect(await announced("locations.get-location-tags", ok({ status: 200, body: {} }))).toEqual(
      [],
    );
  });
});
