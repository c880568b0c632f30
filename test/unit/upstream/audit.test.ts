import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../src/core/connection.ts";
import { type AuditRecorder, createAuditRecorder } from "../../support/audit-recorder.ts";
import { type Rig, startRig } from "./upstream-rig.ts";

let rig: Rig;
let audit: AuditRecorder;
let connection: Connection;

beforeEach(async () => {
  audit = createAuditRecorder();
  rig = await startRig({ ports: { audit } });
  connection = await rig.connect(rig.sandbox.locations[0]?.id ?? "");
});
afterEach(() => rig.close());

const misbehave = (count: number): void =>
  rig.sandbox.control.misbehave({
    pathPrefix: "/oauth/token",
    count,
    how: { kind: "status", status: 503 },
  });

describe("the audit trail of connections", () => {
  it("tells a first sign-in from a later one, and a removal", async () => {
    await rig.connect(connection.locationId ?? "");
    await rig.upstream.removeConnection(connection.id);
    await rig.upstream.removeConnection(connection.id);
    const { id: connectionId, companyId, locationId } = connection;
    expect(audit.events).toEqual([
      { kind: "connection.created", connectionId, companyId, locationId, outcome: "new" },
      {
        kind: "connection.created",
        connectionId,
        companyId,
        locationId,
        outcome: "signed_in_again",
      },
      { kind: "connection.removed", connectionId, by: "person" },
    ]);
  });

  it("says once that a connection was removed, by whoever came first of several", async () => {
    audit.clear();
    const other = rig.another();
    await Promise.all([
      rig.upstream.removeConnection(connection.id),
      other.removeConnection(connection.id),
    ]);
    expect(audit.events).toEqual([
      { kind: "connection.removed", connectionId: connection.id, by: "person" },
    ]);
  });

  it("says how asking GoHighLevel to uninstall the app went", async () => {
    audit.clear();
    expect((await rig.upstream.uninstall(connection.id)).ok).toBe(true);
    expect((await rig.upstream.uninstall(connection.id)).ok).toBe(false);
    expect(audit.events).toEqual([
      {
        kind: "connection.uninstalled",
        connectionId: connection.id,
        by: "person",
        outcome: "done",
      },
      { kind: "connection.needs_reauth", connectionId: connection.id },
      {
        kind: "connection.uninstalled",
        connectionId: connection.id,
        by: "person",
        outcome: "not_asked",
      },
    ]);
  });

  it("has no event of a refresh that works", async () => {
    audit.clear();
    await rig.upstream.refreshNow(connection.id);
    expect(audit.events).toEqual([]);
  });

  it("has one event when refreshing begins to fail and one when it works again", async () => {
    audit.clear();
    misbehave(3);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await rig.upstream.refreshNow(connection.id);
      rig.clock.advance(120);
    }
    await rig.upstream.refreshNow(connection.id);
    expect(audit.events).toEqual([
      { kind: "connection.refreshed", connectionId: connection.id, outcome: "failed" },
      { kind: "connection.refreshed", connectionId: connection.id, outcome: "recovered" },
    ]);
  });

  it("has one event when a location is paused and one when it goes on", async () => {
    audit.clear();
    const locationId = connection.locationId ?? "";
    rig.sandbox.control.pauseLocation(locationId);
    await rig.upstream.refreshNow(connection.id);
    rig.clock.advance(120);
    await rig.upstream.refreshNow(connection.id);
    rig.sandbox.control.resumeLocation(locationId);
    rig.clock.advance(120);
    await rig.upstream.refreshNow(connection.id);
    expect(audit.events).toEqual([
      { kind: "connection.suspended", connectionId: connection.id },
      { kind: "connection.resumed", connectionId: connection.id },
    ]);
  });

  it("has one event when a person must sign in again", async () => {
    audit.clear();
    rig.sandbox.control.revokeRefreshTokens();
    await rig.upstream.refreshNow(connection.id);
    await rig.upstream.refreshNow(connection.id);
    expect(audit.events).toEqual([
      { kind: "connection.needs_reauth", connectionId: connection.id },
    ]);
  });
});
