import type { ProgressNotificationParams, ServerContext } from "@modelcontextprotocol/server";
import type { Progress } from "./context.ts";

/** Sends `notifications/progress` where the request carries a token for it. */
export function toProgressReporter({
  mcpReq,
}: ServerContext): (progress: Progress) => Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return async () => {};
  return async (progress) => {
    if (mcpReq.signal.aborted) return;
    await mcpReq.notify({
      method: "notifications/progress",
      params: toProgressParams(progressToken, progress),
    });
  };
}

/** The same notification as a message of JSON-RPC. */
export function toProgressNotification(progressToken: string | number, progress: Progress) {
  return {
    jsonrpc: "2.0",
    method: "notifications/progress",
    params: toProgressParams(progressToken, progress),
  };
}

const toProgressParams = (
  progressToken: string | number,
  { done, total, message }: Progress,
): ProgressNotificationParams => ({
  progressToken,
  progress: done,
  ...(total === undefined ? {} : { total }),
  ...(message === undefined ? {} : { message }),
});
