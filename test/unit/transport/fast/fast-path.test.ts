import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ok } from "../../../../src/core/result.ts";
import {
  CONDITION_NAMES,
  findMiss,
  toIncoming,
} from "../../../../src/transport/fast/hot-request.ts";
import { BERLIN, createHarness, toContact, toPrincipal } from "../../mcp/fixtures.ts";
import { CORPUS } from "./corpus.ts";

import { type Twin, startTwin, toComparable } from "./twin.ts";

let twin: Twin;
beforeAll(async () => {
  const { surface } = createHarness({
    "contacts.search-contacts-advanced": ok({ contacts: [toContact(1), toContact(2)], total: 2 }),
    "contacts.create-contact": ok({ contact: toContact(3) }),
  });
  twin = await startTwin(surface, toPrincipal({ locations: [BERLIN], access: "write" }));
});
afterAll(() => twin.close());

it("has a request that breaks each condition first", () => {
  const broken = CORPUS.map(([, , { headers, body }]) => {
    const incoming = toIncoming(headers as IncomingHttpHeaders, tryParse(body));
    return findMiss(incoming)?.name;
  });
  expect(CONDITION_NAMES.filter((name) => !broken.includes(name))).toEqual([]);
});

const tryParse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

describe("the answers without the SDK, and the SDK's", () => {
  it.each(CORPUS)("%s", async (_name, taken, request) => {
    const answer = await twin.ask(request);
    expect(toComparable(answer.own)).toEqual(toComparable(answer.sdk));
    expect(answer.taken).toBe(taken ? 1 : 0);
  });
});
