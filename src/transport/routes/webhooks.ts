import type { Upstream } from "../../upstream/upstream.ts";
import { errorResponse, jsonResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/**
 * `POST /webhooks/ghl`: GoHighLevel's events. The answer tells a sender whose delivery is refused
 * nothing about why; the log does. A broken store answers 503 and GoHighLevel tries again.
 */
export const createWebhookRoute =
  (upstream: Upstream): RouteHandler =>
  async ({ body, headers, requestId }) => {
    const signature = headers["x-ghl-signature"];
    const legacySignature = headers["x-wh-signature"];
    const outcome = await upstream.receiveWebhook({
      body,
      requestId,
      ...(signature === undefined ? {} : { signature }),
      ...(legacySignature === undefined ? {} : { legacySignature }),
    });
    switch (outcome.kind) {
      case "refused":
        return errorResponse(401, "invalid_webhook", "this webhook is not accepted");
      case "malformed":
        return errorResponse(400, "invalid_request", "the body is not valid JSON");
      case "accepted":
        return jsonResponse(200, { received: true });
    }
  };
