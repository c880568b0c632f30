import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  createSignatureCheck,
  type WebhookDelivery,
} from "../../../../src/upstream/webhooks/signature.ts";

const current = generateKeyPairSync("ed25519");
const legacy = generateKeyPairSync("rsa", { modulusLength: 2048 });
const toText = (key: KeyObject): string =>
  key.export({ format: "der", type: "spki" }).toString("base64");
const keys = { current: toText(current.publicKey), legacy: toText(legacy.publicKey) };

const BODY = '{"type":"UNINSTALL","name":"Zoë"}';
const good = sign(undefined, Buffer.from(BODY), current.privateKey).toString("base64");
const goodLegacy = sign("sha256", Buffer.from(BODY), legacy.privateKey).toString("base64");

const deliver = (headers: Partial<WebhookDelivery>): WebhookDelivery => ({
  body: BODY,
  requestId: "request-1",
  ...headers,
});

describe("the signature of a webhook", () => {
  it("is good over the very bytes of the body", () => {
    const check = createSignatureCheck(keys);
    expect(check(deliver({ signature: good }))).toBe("good");
    expect(check(deliver({ signature: good, body: `${BODY}\n` }))).toBe("wrong");
    expect(check(deliver({ signature: good, body: BODY.replace("ë", "e\u0308") }))).toBe("wrong");
  });

  it.each(["N/A", "n/a", ""])("is missing where the header says %j", (signature) => {
    expect(createSignatureCheck(keys)(deliver({ signature }))).toBe("missing");
    expect(createSignatureCheck(keys)(deliver({ legacySignature: signature }))).toBe("missing");
  });

  it.each(["AAAA", "not base64!", `${"A".repeat(86)}==`, good.slice(0, -4), `${good}AAAA`])(
    "is wrong when it is %j",
    (signature) => {
      expect(createSignatureCheck(keys)(deliver({ signature }))).toBe("wrong");
    },
  );

  it("may be the older one where a key for it is set", () => {
    const check = createSignatureCheck(keys);
    expect(check(deliver({ legacySignature: goodLegacy }))).toBe("good");
    expect(check(deliver({ legacySignature: goodLegacy, signature: "N/A" }))).toBe("good");
    expect(check(deliver({ legacySignature: good }))).toBe("wrong");
  });

  it("may not be the older one where no key for it is set", () => {
    const check = createSignatureCheck({ current: keys.current });
    expect(check(deliver({ legacySignature: goodLegacy }))).toBe("missing");
  });

  it("is not rescued by the older one when the current one is wrong", () => {
    const check = createSignatureCheck(keys);
    expect(check(deliver({ signature: "AAAA", legacySignature: goodLegacy }))).toBe("wrong");
  });

  it("is held against GoHighLevel's own key unless another is set", () => {
    const check = createSignatureCheck();
    expect(check(deliver({ signature: good }))).toBe("wrong");
  });
});
