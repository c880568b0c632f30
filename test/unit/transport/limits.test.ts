import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toAddressKey } from "../../../src/transport/limits/client-address.ts";
import { createLimits } from "../../../src/transport/limits/limits.ts";
import { readPresentedClient } from "../../../src/transport/limits/presented-client.ts";
import { createRateLimiter, type RateLimiter } from "../../../src/transport/limits/rate-limiter.ts";
import { createFakeClock } from "../../support/clock.ts";

const takeMany = (limiter: RateLimiter, key: string, times: number): number =>
  Array.from({ length: times }, () => limiter.take(key)).filter((wait) => wait === undefined)
    .length;

describe("a rate limiter", () => {
  it("gives the burst at once and then the rate, for each key on its own", () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock }, { burst: 5, perSecond: 2 });
    expect(takeMany(limiter, "a", 20)).toBe(5);
    expect(takeMany(limiter, "b", 20)).toBe(5);
    clock.advance(1);
    expect(takeMany(limiter, "a", 20)).toBe(2);
    clock.advance(3600);
    expect(takeMany(limiter, "a", 20)).toBe(5);
  });

  it("says how long to wait, and that is neither too short nor a second too long", () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock }, { burst: 1, perSecond: 0.1 });
    limiter.take("a");
    expect(limiter.take("a")).toEqual({ retryAfterSeconds: 10 });
    clock.advance(9);
    expect(limiter.take("a")).toEqual({ retryAfterSeconds: 1 });
    clock.advance(1);
    expect(limiter.take("a")).toBeUndefined();
  });

  it("takes nothing when it refuses and nothing when it is only asked", () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock }, { burst: 1, perSecond: 1 });
    for (let round = 0; round < 5; round += 1) expect(limiter.peek("a")).toBeUndefined();
    limiter.take("a");
    takeMany(limiter, "a", 1000);
    clock.advance(1);
    expect(limiter.take("a")).toBeUndefined();
  });

  it("keeps a bounded number of keys and forgets the one that was silent for longest", () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock }, { burst: 1, perSecond: 0.001 }, 3);
    for (const key of ["a", "b", "c", "d"]) limiter.take(key);
    expect(["b", "c", "d"].map((key) => limiter.peek(key) === undefined)).toEqual([
      false,
      false,
      false,
    ]);
    expect(limiter.peek("a")).toBeUndefined();
  });

  it("locks nobody out when the clock is set back", () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock }, { burst: 2, perSecond: 1 });
    takeMany(limiter, "a", 5);
    clock.advance(-3600);
    expect(takeMany(limiter, "a", 5)).toBe(2);
  });

  it("never gives more than burst and rate together, whatever the rhythm", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { maxLength: 80 }),
        (burst, perSecond, pauses) => {
          const clock = createFakeClock();
          const limiter = createRateLimiter({ clock }, { burst, perSecond });
          let given = 0;
          let elapsed = 0;
          for (const pause of pauses) {
            clock.advance(pause);
            elapsed += pause;
            if (limiter.take("a") === undefined) given += 1;
          }
          expect(given).toBeLessThanOrEqual(burst + elapsed * perSecond + 0.01);
        },
      ),
    );
  });
});

describe("who is counted", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2:ffff:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::6", "2001:db8:1:3::/64"],
    ["2001:db8::6", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    [undefined, "unknown"],
  ])("counts %s as %s", (remoteAddress, key) => {
    expect(toAddressKey({ remoteAddress })).toBe(key);
  });

  const basic = (user: string): string =>
    `Basic ${Buffer.from(`${user}:secret`).toString("base64")}`;

  it.each(["client a&b", "client%20a%26b", "client+a&b", "%63lient a%26b"])(
    "counts the client %j as one, however a header spells it",
    (user) => {
      expect(readPresentedClient({ form: new URLSearchParams(), authorization: basic(user) })).toBe(
        "client a&b",
      );
    },
  );

  it("reads a form", () => {
    expect(readPresentedClient({ form: new URLSearchParams({ client_id: "c" }) })).toBe("c");
    expect(readPresentedClient({ form: new URLSearchParams() })).toBe("");
  });

  it("keeps no more of an id than an id can have", () => {
    const form = new URLSearchParams({ client_id: "c".repeat(50_000) });
    expect(readPresentedClient({ form })).toHaveLength(2000);
  });
});

describe("the limits of the server", () => {
  const redeeming = new URLSearchParams({ grant_type: "authorization_code", client_id: "c" });
  const refreshing = new URLSearchParams({ grant_type: "refresh_token", client_id: "c" });

  it("answer wrong codes with a wait, for that client from that address alone", () => {
    const { failures } = createLimits({ clock: createFakeClock() });
    const wrong = { kind: "invalid_grant", reason: "unknown" } as const;
    const fail = (address: string, form: URLSearchParams) => failures(address, { form }, wrong);
    for (let round = 0; round < 1000; round += 1) fail("a", redeeming);
    expect(fail("a", redeeming)).toBeDefined();
    expect(fail("b", redeeming)).toBeUndefined();
    const other = new URLSearchParams({ ...Object.fromEntries(redeeming), client_id: "d" });
    expect(fail("a", other)).toBeUndefined();
  });

  it("never put a wait in place of the news that a refresh token has ended", () => {
    const { failures } = createLimits({ clock: createFakeClock() });
    const ended = { kind: "invalid_grant", reason: "unknown" } as const;
    for (let round = 0; round < 1000; round += 1) {
      expect(failures("a", { form: refreshing }, ended)).toBeUndefined();
    }
  });

  it("answer wrong secrets with a wait, whatever they came with", () => {
    const { failures } = createLimits({ clock: createFakeClock() });
    const wrong = { kind: "client_authentication", basic: false, problem: "wrong_secret" } as const;
    for (let round = 0; round < 30; round += 1) {
      expect(
        failures("a", { form: round % 2 === 0 ? refreshing : redeeming }, wrong),
      ).toBeUndefined();
    }
    expect(failures("a", { form: refreshing }, wrong)).toEqual({ retryAfterSeconds: 2 });
  });

  it("let an address have 15 unknown documents fetched, and then one every ten seconds", () => {
    const clock = createFakeClock();
    const { documents } = createLimits({ clock });
    for (let round = 0; round < 15; round += 1) expect(documents("a")("stranger")).toBeUndefined();
    expect(documents("a")("stranger")).toEqual({ retryAfterSeconds: 10 });
    expect(documents("b")("stranger")).toBeUndefined();
    clock.advance(10);
    expect(documents("a")("stranger")).toBeUndefined();
    expect(documents("a")("stranger")).toBeDefined();
  });

  it("count documents of known clients apart from unknown ones", () => {
    const { documents } = createLimits({ clock: createFakeClock() });
    for (let round = 0; round < 200; round += 1) documents("a")("stranger");
    for (let round = 0; round < 10; round += 1) expect(documents("a")("known")).toBeUndefined();
    expect(documents("a")("known")).toEqual({ retryAfterSeconds: 4 });
  });

  it("let one address that floods use up its own allowance and not that of all", () => {
    const limits = createLimits({ clock: createFakeClock() });
    for (let round = 0; round < 10_000; round += 1) limits.registration("flooder");
    for (let one = 0; one < 400; one += 1)
      expect(limits.registration(`honest ${one}`)).toBeUndefined();
  });
});
