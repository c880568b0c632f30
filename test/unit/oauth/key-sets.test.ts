import { expect, it } from "vitest";
import { silentLogger } from "../../../src/core/logger.ts";
import { ok } from "../../../src/core/result.ts";
import { createFetchBudget, NO_FETCH_LIMIT } from "../../../src/oauth/clients/fetch-budget.ts";
import { createKeySets } from "../../../src/oauth/clients/key-sets.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import { createFakeClock } from "../../support/clock.ts";
import { failureOf, must } from "./support.ts";

const URI = "https://keys.example/jwks.json";

const setUp = () => {
  const clock = createFakeClock();
  const fetched: string[] = [];
  const budget = createFetchBudget({ clock });
  const keySets = createKeySets({
    store: createMemoryStore({ clock }),
    clock,
    log: silentLogger,
    budget,
    fetcher: {
      fetch: async ({ href }) => {
        fetched.push(href);
        return ok({ status: 200, headers: {}, body: '{"keys":[{"kty":"EC"}]}' });
      },
    },
  });
  const useUpStrangers = (): void => {
    for (let n = 0; n < 30; n += 1) {
      const place = budget.start(new URL(URI).origin, { share: "stranger", limit: NO_FETCH_LIMIT });
      if (place.ok) place.value.end();
    }
  };
  return { clock, fetched, keySets, useUpStrangers };
};

it("C18: reads the keys of a known client again while strangers use up what there is for them", async () => {
  const { clock, fetched, keySets, useUpStrangers } = setUp();
  must(await keySets.find(URI));
  clock.advance(3600);
  useUpStrangers();
  must(await keySets.find(URI));
  expect(fetched).toEqual([URI, URI]);
  const unknown = await keySets.find("https://keys.example/other.json");
  expect(failureOf(unknown)).toMatchObject({ kind: "client_document_budget" });
  expect(fetched).toEqual([URI, URI]);
});

it("C18: serves kept keys to whoever may have nothing fetched, and fetches nothing", async () => {
  const { clock, fetched, keySets } = setUp();
  const limit = () => ({ retryAfterSeconds: 7 });
  const refused = { kind: "client_document_budget", retryAfterSeconds: 7 };
  expect(failureOf(await keySets.find(URI, { limit }))).toEqual(refused);
  expect(fetched).toEqual([]);
  const keys = must(await keySets.find(URI));
  clock.advance(3600);
  expect(must(await keySets.find(URI, { limit }))).toEqual(keys);
  expect(must(await keySets.find(URI, { renew: true, limit }))).toEqual(keys);
  expect(fetched).toEqual([URI]);
});
