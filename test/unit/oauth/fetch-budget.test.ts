import { describe, expect, it } from "vitest";
import { ok } from "../../../src/core/result.ts";
import {
  createFetchBudget,
  type FetchAsked,
  type FetchBudget,
  NO_FETCH_LIMIT,
} from "../../../src/oauth/clients/fetch-budget.ts";
import { createSharedFetches } from "../../../src/oauth/clients/shared-fetches.ts";
import { createFakeClock } from "../../support/clock.ts";
import { failureOf, must } from "./support.ts";

const STRANGER: FetchAsked = { share: "stranger", limit: NO_FETCH_LIMIT };
const KNOWN: FetchAsked = { share: "known", limit: NO_FETCH_LIMIT };
const ORIGIN = "https://app.example";

/** How many of 200 fetches begin, each ended at once. */
const startMany = (budget: FetchBudget, asked: FetchAsked, toOrigin = (_n: number) => ORIGIN) =>
  Array.from({ length: 200 }, (_, n) => {
    const place = budget.start(toOrigin(n), asked);
    if (place.ok) place.value.end();
    return place.ok;
  }).filter(Boolean).length;

describe("the budget of fetches", () => {
  it("keeps what known clients need apart from what strangers use up, from one origin and in all", () => {
    const budget = createFetchBudget({ clock: createFakeClock() });
    expect(startMany(budget, STRANGER)).toBe(30);
    expect(startMany(budget, STRANGER, (n) => `https://h${n}.example`)).toBe(90);
    expect(budget.start("https://new.example", STRANGER).ok).toBe(false);
    expect(startMany(budget, KNOWN)).toBe(30);
    expect(startMany(budget, KNOWN, (n) => `https://h${n}.example`)).toBe(90);
  });

  it("lets a known client be read while sixteen strangers hold up theirs", () => {
    const budget = createFetchBudget({ clock: createFakeClock() });
    for (let n = 0; n < 16; n += 1) must(budget.start(`https://h${n}.example`, STRANGER));
    expect(failureOf(budget.start(ORIGIN, STRANGER))).toEqual({ retryAfterSeconds: 1 });
    must(budget.start(ORIGIN, KNOWN));
  });

  it("takes nothing from a share for whoever has reached a limit of their own", () => {
    const budget = createFetchBudget({ clock: createFakeClock() });
    const refused = { share: "stranger", limit: () => ({ retryAfterSeconds: 7 }) } as const;
    expect(failureOf(budget.start(ORIGIN, refused))).toEqual({ retryAfterSeconds: 7 });
    expect(startMany(budget, refused)).toBe(0);
    expect(startMany(budget, STRANGER)).toBe(30);
  });

  it("counts nothing against anybody where the share is used up", () => {
    const budget = createFetchBudget({ clock: createFakeClock() });
    startMany(budget, STRANGER);
    const counted: string[] = [];
    const limit = (share: string): undefined => void counted.push(share);
    expect(budget.start(ORIGIN, { share: "stranger", limit }).ok).toBe(false);
    expect(counted).toEqual([]);
    must(budget.start(ORIGIN, { share: "known", limit }));
    expect(counted).toEqual(["known"]);
  });

  it("locks nobody out when the clock is set back", () => {
    const clock = createFakeClock();
    const budget = createFetchBudget({ clock });
    startMany(budget, STRANGER);
    expect(budget.start(ORIGIN, STRANGER).ok).toBe(false);
    clock.advance(-3600);
    expect(startMany(budget, STRANGER)).toBe(30);
    expect(failureOf(budget.start(ORIGIN, STRANGER))).toEqual({ retryAfterSeconds: 60 });
  });
});

describe("shared fetches", () => {
  const address = `${ORIGIN}/client.json`;
  const wanted = { ...STRANGER, address, url: new URL(address) };

  it("refuse one who has reached a limit, and not another who asks at the same moment", async () => {
    const fetches = createSharedFetches<string>(createFetchBudget({ clock: createFakeClock() }));
    let count = 0;
    const fetch = async () => {
      count += 1;
      return ok("read");
    };
    const limit = () => ({ retryAfterSeconds: 7 });
    const [refused, read, shared] = await Promise.all([
      fetches({ ...wanted, limit }, fetch),
      fetches(wanted, fetch),
      fetches({ ...wanted, limit }, fetch),
    ]);
    expect(failureOf(refused)).toEqual({ kind: "client_document_budget", retryAfterSeconds: 7 });
    expect([must(read), must(shared), count]).toEqual(["read", "read", 1]);
  });

  it("give their place back where the fetch breaks, and keep nothing of it", async () => {
    const fetches = createSharedFetches<string>(createFetchBudget({ clock: createFakeClock() }));
    const breakDown = () => Promise.reject(new Error("the store is away"));
    for (let n = 0; n < 20; n += 1) {
      await expect(fetches(wanted, breakDown)).rejects.toThrow("the store is away");
    }
    expect(must(await fetches(wanted, async () => ok("read")))).toBe("read");
  });
});
