import type { Connection } from "../core/connection.ts";
import type { TransactionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import type { LoginPurpose } from "../upstream/upstream.ts";
import { toAuthorized, toSubject } from "./accounts.ts";
import { type ConnectionNotice, toNoticeAddress } from "./connection-notices.ts";
import { type ErrorPages, redirectResponse } from "./responses.ts";

/** What finishing needs. */
export interface FinishDeps {
  readonly authorization: Pick<AuthorizationServer, "complete">;
  readonly publicUrl: string;
  readonly errorPage: ErrorPages;
  readonly log: Logger;
}

/** A person has connected an account, and this browser may have its cookies. */
export interface FinishedSignIn {
  readonly request: { readonly requestId: string };
  readonly purpose: LoginPurpose;
  readonly connection: Connection;
  /** Who the person is; absent: whom the connection says. */
  readonly subject?: string;
  /** Set-Cookie values. */
  readonly cookies: readonly string[];
}

/** Sends the browser to where the sign-in was for: the client that asked, or the connections page. */
export const finishSignIn = async (deps: FinishDeps, done: FinishedSignIn): Promise<Response> => {
  const { purpose, cookies } = done;
  // Sent on, so that loading the page again does not repeat a callback that works once.
  return purpose.kind === "sign_in"
    ? redirectResponse(toNoticeAddress(deps.publicUrl, toNotice(purpose, done.connection)), cookies)
    : finishRequest(deps, { ...done, transactionId: purpose.transactionId });
};

const toNotice = (
  { reconnects }: Extract<LoginPurpose, { readonly kind: "sign_in" }>,
  { id }: Connection,
): ConnectionNotice => {
  if (reconnects === undefined) return "connected";
  return reconnects === id ? "reconnected" : "reconnected_other";
};

const finishRequest = async (
  deps: FinishDeps,
  done: FinishedSignIn & { readonly transactionId: TransactionId },
): Promise<Response> => {
  const subject = done.subject ?? toSubject(done.connection);
  const authorized = toAuthorized(done.connection, subject);
  const result = await deps.authorization.complete(done.transactionId, authorized);
  if (result.ok) return redirectResponse(result.value.location, done.cookies);
  deps.log.warn("sign-in finished after its request had ended", {
    requestId: done.request.requestId,
    failure: result.failure.kind,
  });
  const response = deps.errorPage(done.request, 400, {
    title: "Signed in, but the request has ended",
    text: "GoHighLevel is connected to this server, but the application's request was finished already or waited for too long. The application got no access.",
    advice: "Go back to the application and connect again.",
  });
  for (const cookie of done.cookies) response.headers.append("set-cookie", cookie);
  return response;
};
