import { beforeEach, describe, expect, it } from "vitest";
import { toConnectionId } from "../../../src/core/ids.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { createPersonSessions, type PersonSessions } from "../../../src/oauth/person-sessions.ts";
import { openRecordStore } from "../../../src/storage/open.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const ONE = toConnectionId("connection-1");
const TWO = toConnectionId("connection-2");

let clock: FakeClock;
let store: RecordStore;
let sessions: PersonSessions;
beforeEach(async () => {
  clock = createFakeClock();
  store = await openRecordStore("memory:", { clock });
  sessions = createPersonSessions({ store, random: systemRandom, clock });
});

const start = async (connectionId = ONE, subject = "user-1", previous?: string): Promise<string> =>
  (await sessions.start({ subject, connectionId }, previous)).token;

describe("a person's session", () => {
  it("is found by its token, and by nothing else", async () => {
    const token = await start();
    expect(await sessions.find(token)).toEqual({ subject: "user-1", connectionIds: [ONE] });
    for (const other of ["", "ghlmcp_ps_", `${token}x`, token.replace("ghlmcp_ps_", "")]) {
      expect(await sessions.find(other)).toBeUndefined();
    }
  });

  it("ends after 12 hours without use, and each use starts them anew", async () => {
    const token = await start();
    for (let hours = 0; hours < 24; hours += 8) {
      clock.advance(8 * HOUR);
      expect(await sessions.find(token)).toBeDefined();
    }
    clock.advance(12 * HOUR);
    expect(await sessions.find(token)).toBeUndefined();
  });

  it("ends 30 days after the sign-in, however much it is used", async () => {
    const token = await start();
    for (let hours = 8; hours < 30 * 24; hours += 8) {
      clock.advance(8 * HOUR);
      expect(await sessions.find(token)).toBeDefined();
    }
    clock.advance(8 * HOUR);
    expect(await sessions.find(token)).toBeUndefined();
  });

  it("gets a new token with each sign-in, keeps what the same person had, and ends the old one", async () => {
    const first = await start(ONE);
    const second = await start(TWO, "user-1", first);
    expect(await sessions.find(first)).toBeUndefined();
    expect((await sessions.find(second))?.connectionIds).toEqual([TWO, ONE]);
    const third = await start(ONE, "user-1", second);
    expect((await sessions.find(third))?.connectionIds).toEqual([ONE, TWO]);
  });

  it("keeps nothing of another person's session in the same browser, and ends it", async () => {
    const first = await start(ONE, "user-1");
    const second = await start(TWO, "user-2", first);
    expect(await sessions.find(first)).toBeUndefined();
    expect(await sessions.find(second)).toEqual({ subject: "user-2", connectionIds: [TWO] });
  });

  it("forgets a sign-in 30 days after it, also where newer ones keep the session alive", async () => {
    let token = await start(ONE);
    for (let hours = 0; hours < 30 * 24; hours += 8) {
      expect((await sessions.find(token))?.connectionIds).toContain(ONE);
      token = await start(TWO, "user-1", token);
      clock.advance(8 * HOUR);
    }
    expect((await sessions.find(token))?.connectionIds).toEqual([TWO]);
  });

  it("does not come back after it was ended, not even by a use at the same moment", async () => {
    const token = await start();
    clock.advance(HOUR);
    const put = store.put.bind(store);
    store.put = async (at, value, options) => {
      await sessions.end(token);
      return put(at, value, options);
    };
    await sessions.find(token);
    expect(await sessions.find(token)).toBeUndefined();
  });

  it("says how long its cookie may live: 30 days", async () => {
    const started = await sessions.start({ subject: "user-1", connectionId: ONE });
    expect(started.maxAgeSeconds).toBe(30 * DAY);
  });
});
