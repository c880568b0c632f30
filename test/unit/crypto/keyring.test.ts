import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { AppError } from "../../../src/core/errors.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { createKeyring, mac } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";

const newKey = (): string => systemRandom.bytes(32).toString("base64");

const messageOf = (keys: readonly string[]): string => {
  try {
    createKeyring(keys.map(toSecret));
  } catch (error) {
    if (error instanceof AppError && error.code === "master_key_invalid") return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("the key ring", () => {
  it("gives each key an id that is the same in every process", () => {
    const key = newKey();
    const [a, b] = [createKeyring([toSecret(key)]), createKeyring([toSecret(key)])];
    expect(a.active.kid).toBe(b.active.kid);
    expect(a.active.kid).toMatch(/^[\w-]{8}$/);
    expect(createKeyring([toSecret(newKey())]).active.kid).not.toBe(a.active.kid);
  });

  it("takes a key in base64, in base64url, without padding and with a line end", () => {
    const bytes = Buffer.alloc(32, 0xfb);
    const spellings = [
      bytes.toString("base64"),
      bytes.toString("base64url"),
      `${bytes.toString("base64")}\n`,
    ];
    const kids = spellings.map((text) => createKeyring([toSecret(text)]).active.kid);
    expect(new Set(kids).size).toBe(1);
  });

  it("refuses an empty ring and says how to make a key", () => {
    expect(messageOf([])).toContain("openssl rand -base64 32");
  });

  it.each([
    ["too short", Buffer.alloc(31, 7).toString("base64")],
    ["too long", Buffer.alloc(33, 7).toString("base64")],
    ["not base64", `${"*".repeat(43)}=`],
    ["empty", ""],
    ["hexadecimal", Buffer.alloc(32, 7).toString("hex")],
  ])("refuses a key that is %s, by its place and without showing it", (_name, text) => {
    const message = messageOf([newKey(), text]);
    expect(message).toContain("master key 2");
    if (text !== "") expect(message).not.toContain(text);
  });

  it("derives a different key for each purpose, all from the first key", () => {
    const [first, second] = [newKey(), newKey()];
    const ring = createKeyring([first, second].map(toSecret));
    expect(ring.derive("cookies").equals(ring.derive("cookies"))).toBe(true);
    expect(ring.derive("cookies").equals(ring.derive("csrf"))).toBe(false);
    const alone = createKeyring([toSecret(first)]);
    expect(alone.derive("cookies").equals(ring.derive("cookies"))).toBe(true);
  });

  it("never wraps under a derived key, nor under the master key itself", () => {
    const text = newKey();
    const ring = createKeyring([toSecret(text)]);
    expect(ring.active.key.export().toString("base64")).not.toBe(text);
    expect(ring.active.key.equals(ring.derive("wrap"))).toBe(false);
  });

  it("authenticates values per purpose", () => {
    const ring = createKeyring([toSecret(newKey())]);
    expect(mac(ring, "cookies", "a")).toBe(mac(ring, "cookies", "a"));
    expect(mac(ring, "cookies", "a")).not.toBe(mac(ring, "csrf", "a"));
    expect(mac(ring, "cookies", "a")).not.toBe(mac(ring, "cookies", "b"));
    expect(mac(ring, "cookies", "a")).toMatch(/^[\w-]{43}$/);
  });

  it("prints no key", () => {
    const text = newKey();
    const ring = createKeyring([toSecret(text)]);
    const printed = `${inspect(ring, { depth: 9 })}${JSON.stringify(ring)}`;
    const hex = Buffer.from(text, "base64").toString("hex").slice(0, 8);
    expect(printed).not.toContain(text.slice(0, 10));
    expect(printed).not.toContain(hex);
  });
});
