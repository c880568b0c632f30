/**
 * Errors that end a command or a start: what the person can do is in the message, the exit code says
 * the kind. docs/errors.md lists the same rows and is tested against this table.
 */
export const ERROR_TABLE = {
  config_invalid: { exitCode: 78, retryable: false, summary: "a setting is missing or wrong" },
  env_file_unreadable: { exitCode: 78, retryable: false, summary: "the .env file cannot be read" },
  master_key_invalid: {
    exitCode: 78,
    retryable: false,
    summary: "the master key is malformed, or is not the one that the store was written with",
  },
  master_key_unavailable: {
    exitCode: 69,
    retryable: true,
    summary: "the place that holds the master key cannot be asked",
  },
  port_in_use: { exitCode: 69, retryable: true, summary: "another program listens on the port" },
  storage_unavailable: {
    exitCode: 69,
    retryable: true,
    summary: "the store cannot be reached or opened",
  },
  storage_corrupt: {
    exitCode: 65,
    retryable: false,
    summary: "a stored record cannot be decrypted or read",
  },
  not_connected: {
    exitCode: 77,
    retryable: false,
    summary: "no GoHighLevel connection to work with",
  },
  login_failed: {
    exitCode: 77,
    retryable: true,
    summary: "the sign-in at GoHighLevel did not succeed",
  },
  upstream_failed: {
    exitCode: 69,
    retryable: true,
    summary: "GoHighLevel did not answer as hoped",
  },
  problems_found: {
    exitCode: 1,
    retryable: false,
    summary: "`doctor` found a problem",
  },
  call_refused: {
    exitCode: 65,
    retryable: false,
    summary: "GoHighLevel refused what a call asked for",
  },
  client_file_refused: {
    exitCode: 65,
    retryable: false,
    summary: "the configuration file of a client cannot be changed",
  },
  usage: { exitCode: 64, retryable: false, summary: "the command line is wrong" },
  internal: { exitCode: 70, retryable: false, summary: "a bug in this program" },
} as const satisfies Readonly<
  Record<
    string,
    { readonly exitCode: number; readonly retryable: boolean; readonly summary: string }
  >
>;

/** The code of an {@link AppError}. */
export type ErrorCode = keyof typeof ERROR_TABLE;

/**
 * An error that a person can act on. The message starts in lower case, names the thing and says what
 * would be right; several lines are fine. Never carries a secret. Exit codes follow sysexits.h.
 */
export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "AppError";
    this.code = code;
  }
}
