import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { request } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { SandboxRandom } from "./random.ts";
import type { SandboxControl } from "./sandbox.ts";
import { toUuid } from "./world/ids.ts";

/** The sandbox's sender of webhooks. */
export interface WebhookSender extends Pick<SandboxControl, "signWebhook" | "sendWebhook"> {
  /** DER in base64. */
  readonly publicKey: string;
}

/** The start of a PKCS #8 document with an Ed25519 key (RFC 8410 §7); the 32 bytes follow. */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Creates the sender of one sandbox. Its key comes from the seed alone: whoever knows it can sign. */
export const createWebhookSender = (deps: {
  readonly seed: number;
  readonly appId: string;
  readonly clock: Clock;
  readonly random: SandboxRandom;
}): WebhookSender => {
  const seedBytes = createHash("sha256").update(`sandbox webhook key ${deps.seed}`).digest();
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, seedBytes]),
    format: "der",
    type: "pkcs8",
  });
  const signWebhook: WebhookSender["signWebhook"] = (event) => {
    const body = JSON.stringify({
      appId: deps.appId,
      timestamp: new Date(deps.clock.nowMs()).toISOString(),
      webhookId: toUuid(deps.random.bytes(16)),
      ...event,
    });
    const signature = sign(undefined, Buffer.from(body), key).toString("base64");
    return { body, headers: { "content-type": "application/json", "x-ghl-signature": signature } };
  };
  return {
    publicKey: createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64"),
    signWebhook,
    sendWebhook: (url, event) => {
      const { body, headers } = signWebhook(event);
      return new Promise((resolve, reject) => {
        const sending = request(url, { method: "POST", headers, agent: false }, (answer) => {
          answer.resume();
          // An answer that arrives has a status.
          resolve(answer.statusCode ?? 0);
        });
        sending.on("error", reject).end(body);
      });
    },
  };
};
