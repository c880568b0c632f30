import { expect, it } from "vitest";
import { ok } from "../../../src/core/result.ts";
import { decodeBody } from "../../../src/net/decode-body.ts";
import { countTurns } from "../../support/count-turns.ts";

const answerOf = (body: Buffer) => ({
  status: 200,
  headers: {},
  chunks: [body],
  size: body.byteLength,
});

it("decodes a short body at once, and megabytes in turns of the event loop", async () => {
  expect(decodeBody(answerOf(Buffer.from("Grüße")), 100)).toEqual(ok("Grüße"));

  const turns = countTurns();
  const body = await decodeBody(answerOf(Buffer.alloc(5_000_000, "é")), 5_000_000);
  expect(turns.stop()).toBeGreaterThan(0);
  expect(body).toEqual(ok("é".repeat(2_500_000)));
});
