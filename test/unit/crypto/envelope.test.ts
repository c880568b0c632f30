import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../../src/core/errors.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { findKid, open, rewrap, seal } from "../../../src/crypto/envelope.ts";
import { createKeyring, type Keyring } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";

const newKey = (): string => systemRandom.bytes(32).toString("base64");
const keyringOf = (...keys: string[]): Keyring => createKeyring(keys.map(toSecret));
const keyring = keyringOf(newKey());

const failureOf = (run: () => unknown): AppError => {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("the envelope", () => {
  it("gives back every text under the address that it was sealed for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (text, aad) => {
        expect(open(keyring, aad, seal(keyring, systemRandom, aad, text))).toBe(text);
      }),
    );
  });

  it("refuses a blob with any one bit flipped", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.integer({ min: 0, max: 6 }), (text, position, bit) => {
        const blob = seal(keyring, systemRandom, "conn|1", text);
        const bytes = Buffer.from(blob, "latin1");
        const at = position % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
        expect(failureOf(() => open(keyring, "conn|1", bytes.toString("latin1"))).code).toBe(
          "storage_corrupt",
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses a blob under any other address", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (aad, other) => {
        fc.pre(aad !== other);
        const blob = seal(keyring, systemRandom, aad, "text");
        expect(failureOf(() => open(keyring, other, blob)).code).toBe("storage_corrupt");
      }),
    );
  });

  it("refuses parts that were swapped between two blobs of one address", () => {
    const a = seal(keyring, systemRandom, "conn|1", "one").split(".");
    const b = seal(keyring, systemRandom, "conn|1", "two").split(".");
    const mixed = [...a.slice(0, 4), ...b.slice(4)].join(".");
    expect(failureOf(() => open(keyring, "conn|1", mixed)).code).toBe("storage_corrupt");
  });

  it("refuses any text that is not a blob, without repeating it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 30 }), (text) => {
        const error = failureOf(() => open(keyring, "conn|1", text));
        expect(error.code).toBe("storage_corrupt");
        expect(error.message).not.toContain(text);
      }),
    );
  });

  it("seals the same text differently each time, with no piece of it visible", () => {
    const text = "sentinel-refresh-token";
    const first = seal(keyring, systemRandom, "conn|1", text);
    const second = seal(keyring, systemRandom, "conn|1", text);
    expect(first).not.toBe(second);
    expect(first.split(".")[3]).not.toBe(second.split(".")[3]);
    expect(first).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]{64}\.[\w-]{16}\.[\w-]+$/);
    expect(Buffer.from(first.split(".")[5] ?? "", "base64url").includes(text)).toBe(false);
  });

  it("seals under the first key and opens under every key of the ring", () => {
    const [older, newer] = [newKey(), newKey()];
    const before = seal(keyringOf(older), systemRandom, "a", "text");
    const ring = keyringOf(newer, older);
    expect(open(ring, "a", before)).toBe("text");
    const after = seal(ring, systemRandom, "a", "text");
    expect(open(keyringOf(newer), "a", after)).toBe("text");
    expect(failureOf(() => open(keyringOf(older), "a", after)).code).toBe("storage_corrupt");
  });

  it("names the key id of a blob that was sealed under a key it does not hold", () => {
    const other = keyringOf(newKey());
    const error = failureOf(() => open(keyring, "a", seal(other, systemRandom, "a", "hush")));
    expect(error.message).toContain(`"${other.active.kid}"`);
    expect(error.message).not.toContain("hush");
  });

  it("keeps the decrypting failure as the cause", () => {
    const blob = seal(keyring, systemRandom, "a", "text");
    expect(failureOf(() => open(keyring, "b", blob)).cause).toBeInstanceOf(Error);
  });
});

describe("sealing a data key again", () => {
  const [older, newer] = [newKey(), newKey()];
  const [olderRing, newerRing] = [keyringOf(older), keyringOf(newer)];
  const both = keyringOf(newer, older);

  it("gives a blob that opens with the new key alone, with the same encrypted text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (text, aad) => {
        const before = seal(olderRing, systemRandom, aad, text);
        const after = rewrap(both, systemRandom, aad, before);
        expect(open(newerRing, aad, after)).toBe(text);
        expect(failureOf(() => open(olderRing, aad, after)).code).toBe("storage_corrupt");
        expect(after.split(".").slice(4)).toEqual(before.split(".").slice(4));
        expect([findKid(before), findKid(after)]).toEqual([
          olderRing.active.kid,
          newerRing.active.kid,
        ]);
      }),
    );
  });

  it("leaves a blob of the first key as it is", () => {
    const blob = seal(both, systemRandom, "a", "text");
    expect(rewrap(both, systemRandom, "a", blob)).toBe(blob);
  });

  it("refuses another address, a changed data key, an unknown key and plain text", () => {
    const blob = seal(olderRing, systemRandom, "a", "text");
    const parts = blob.split(".");
    const wrapped = parts[3] ?? "";
    const flipped = `${wrapped.startsWith("A") ? "B" : "A"}${wrapped.slice(1)}`;
    const broken = [...parts.slice(0, 3), flipped, ...parts.slice(4)].join(".");
    for (const run of [
      () => rewrap(both, systemRandom, "b", blob),
      () => rewrap(both, systemRandom, "a", broken),
      () => rewrap(newerRing, systemRandom, "a", blob),
      () => rewrap(both, systemRandom, "a", "plain"),
    ]) {
      expect(failureOf(run).code).toBe("storage_corrupt");
    }
  });

  it("finds no key in what is not sealed", () => {
    const blob = seal(both, systemRandom, "a", "");
    expect(findKid(blob)).toBe(both.active.kid);
    for (const text of ["", "plain", '{"a":"v1.b.c"}', `${blob}.more`, ` ${blob}`, `${blob}\n`]) {
      expect(findKid(text)).toBeUndefined();
    }
  });
});
