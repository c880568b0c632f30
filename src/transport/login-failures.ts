import type { LoginFailure } from "../upstream/upstream.ts";
import type { ErrorText } from "./responses.ts";

/** How a sign-in that did not finish is told: to a person, and to the client where there is one. */
export interface LoginFailureAnswer {
  readonly status: number;
  readonly page: ErrorText;
  /** Absent where no client's request is known to be behind it: then nothing redirects. */
  readonly toClient?: {
    readonly error: "access_denied" | "server_error" | "temporarily_unavailable";
    readonly description: string;
  };
}

const START_AGAIN = "Go back to the application and connect again.";

const NOT_CONNECTED = "Nothing was connected.";

const LOGIN_FAILURES = {
  state_missing: {
    status: 400,
    page: {
      title: "No sign-in was waiting for this",
      text: `GoHighLevel sent you here, but this server had not asked for it. That happens after an installation from the marketplace. ${NOT_CONNECTED}`,
      advice: "To connect, start from your assistant, or from the start page of this server.",
    },
  },
  state_unknown: {
    status: 400,
    page: {
      title: "This sign-in has ended",
      text: `It was finished already, or it took more than 10 minutes. ${NOT_CONNECTED}`,
      advice: START_AGAIN,
    },
  },
  wrong_browser: {
    status: 403,
    page: {
      title: "This sign-in was started in another browser",
      text: `Someone may have sent you a link to finish their sign-in with your account. ${NOT_CONNECTED}`,
      advice: "If you started it yourself, begin again and stay in one browser.",
    },
  },
  denied: {
    status: 403,
    page: {
      title: "GoHighLevel was not connected",
      text: `The sign-in was cancelled at GoHighLevel. ${NOT_CONNECTED}`,
      advice: "Start again whenever you like.",
    },
    toClient: { error: "access_denied", description: "the sign-in was cancelled at GoHighLevel" },
  },
  code_missing: {
    status: 502,
    page: {
      title: "GoHighLevel sent no code",
      text: `GoHighLevel's answer was incomplete. ${NOT_CONNECTED}`,
      advice: START_AGAIN,
    },
    toClient: { error: "server_error", description: "GoHighLevel's answer was incomplete" },
  },
  exchange_refused: {
    status: 502,
    page: {
      title: "GoHighLevel refused the sign-in",
      text: `GoHighLevel did not accept this server's request for access. ${NOT_CONNECTED}`,
    },
    toClient: {
      error: "server_error",
      description: "GoHighLevel refused the sign-in, the server's log says why",
    },
  },
  exchange_malformed: {
    status: 502,
    page: {
      title: "GoHighLevel's answer cannot be used",
      text: `What GoHighLevel sent does not match what was asked for. ${NOT_CONNECTED}`,
      advice: START_AGAIN,
    },
    toClient: { error: "server_error", description: "GoHighLevel's answer cannot be used" },
  },
  exchange_unavailable: {
    status: 503,
    page: {
      title: "GoHighLevel cannot be reached",
      text: `GoHighLevel did not answer in time. ${NOT_CONNECTED}`,
      advice: "Try again in a moment.",
    },
    toClient: {
      error: "temporarily_unavailable",
      description: "GoHighLevel cannot be reached at the moment",
    },
  },
} as const satisfies Readonly<Record<LoginFailure["kind"], LoginFailureAnswer>>;

/** The answer to a sign-in that did not finish; fixed text, apart from our own hint. */
export const describeLoginFailure = (failure: LoginFailure): LoginFailureAnswer => {
  const row: LoginFailureAnswer = LOGIN_FAILURES[failure.kind];
  if (failure.kind !== "exchange_refused") return row;
  return { ...row, page: { ...row.page, advice: `To check: ${failure.hint}.` } };
};
