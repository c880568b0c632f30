import type { ServerContext } from "@modelcontextprotocol/server";
import type { Progress } from "./context.ts";

/** Sends `notifications/progress` where the request carries a token for it. */
export function toProgressReporter({
  mcpReq,
}: ServerContext): (progress: Progress) => Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return async () => {};
  return async ({ done, total, message }) => {
    if (mcpReq.signal.aborted) return;
    await mcpReq.notify({
      method: "notifications/progress",
      params: {
        progressToken,
        progress: done,
        ...(total === undefined ? {} : { total }),
        ...(message === undefined ? {} : { message }),
      },
    });
  };
}
