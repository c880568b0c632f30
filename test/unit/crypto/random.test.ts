import { describe, expect, it } from "vitest";
import { systemRandom } from "../../../src/crypto/random.ts";

describe("randomness", () => {
  it("makes tokens of 32 bytes and ids of 16 bytes in base64url, never the same twice", () => {
    const tokens = Array.from({ length: 200 }, () => systemRandom.token());
    const ids = Array.from({ length: 200 }, () => systemRandom.id());
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
    for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
    expect(new Set([...tokens, ...ids]).size).toBe(400);
    expect(systemRandom.bytes(7)).toHaveLength(7);
  });
});
