import type { HttpClient } from "../core/http-client.ts";
import type { Logger } from "../core/logger.ts";
import type { Result } from "../core/result.ts";
import type { RefreshCourier } from "./refresh-courier.ts";
import type { RefreshTrace } from "./refresh-trace.ts";
import type { NotedRotation, RotationWriter } from "./save-rotation.ts";
import type { UpstreamSettings } from "./settings.ts";
import { createTokenEndpoint, type TokenEndpointFailure } from "./token-endpoint.ts";
import type { VaultEntry } from "./vault.ts";

/**
 * Sends a connection's refresh token, and once more at once where no readable answer came: GoHighLevel may
 * not have seen the first request, and if it has, waiting would not bring the lost answer back. Tokens
 * that come are on the disk when this resolves.
 */
export type RefreshRequest = (
  entry: VaultEntry,
) => Promise<Result<NotedRotation, TokenEndpointFailure>>;

/** What {@link createRefreshRequest} needs. */
export interface RefreshRequestDeps {
  readonly settings: UpstreamSettings;
  readonly http: HttpClient;
  readonly courier?: RefreshCourier;
  readonly writer: Pick<RotationWriter, "prepare" | "note">;
  readonly trace: RefreshTrace;
  readonly log: Logger;
}

/** Makes the sender of refreshes. */
export const createRefreshRequest =
  (deps: RefreshRequestDeps): RefreshRequest =>
  async (entry) => {
    const first = await sendOnce(deps, entry);
    if (first.ok || first.failure.kind === "refused") return first;
    const isUnsure = first.failure.kind === "malformed" || first.failure.ambiguous;
    return isUnsure ? sendOnce(deps, entry) : first;
  };

const sendOnce = (
  { settings, http, courier, writer, trace, log }: RefreshRequestDeps,
  entry: VaultEntry,
): ReturnType<RefreshRequest> => {
  const { id } = entry.connection;
  const slot = writer.prepare(entry);
  let isSpooled = false;
  const carrying: Pick<HttpClient, "send"> = {
    send: async (request) => {
      trace.reached("request_sent", id);
      const carried = await courier?.carry(request, slot);
      if (carried === undefined) return http.send(request);
      isSpooled = carried.isSpooled;
      return carried.sent;
    },
  };
  const endpoint = createTokenEndpoint({ settings, log, http: { ...http, ...carrying } });
  return endpoint.request(
    { grant_type: "refresh_token", refresh_token: entry.tokens.refreshToken.reveal() },
    (body) => {
      trace.reached("answer_received", id);
      return writer.note(slot, { body, isSpooled });
    },
  );
};
