import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readPublicKey } from "../../../src/config/webhook-key.ts";

const ed25519 = generateKeyPairSync("ed25519");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = ed25519.publicKey.export({ format: "pem", type: "spki" }).toString();
const base64 = ed25519.publicKey.export({ format: "der", type: "spki" }).toString("base64");

describe("a public key of the settings", () => {
  it.each([
    ["PEM", pem],
    ["PEM on one line", pem.replaceAll("\n", " ")],
    ["PEM with written line breaks", pem.trim().replaceAll("\n", String.raw`\n`)],
    ["PEM of another system", pem.replaceAll("\n", "\r\n")],
    ["the base64 inside it", base64],
  ])("may be %s", (_name, text) => {
    expect(readPublicKey(text, "ed25519")).toBe(base64);
  });

  it("must be of the right type", () => {
    const other = rsa.publicKey.export({ format: "pem", type: "spki" }).toString();
    expect(readPublicKey(other, "rsa")).toBeDefined();
    expect(readPublicKey(other, "ed25519")).toBeUndefined();
    expect(readPublicKey(pem, "rsa")).toBeUndefined();
  });

  it.each([
    ["a private key", ed25519.privateKey.export({ format: "pem", type: "pkcs8" }).toString()],
    ["a part of one", base64.slice(4)],
    ["a word", "secret"],
    ["nothing", ""],
  ])("may not be %s", (_name, text) => {
    expect(readPublicKey(text, "ed25519")).toBeUndefined();
  });
});
