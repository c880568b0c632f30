/**
 * Errors that end a command or a start: what the person can do is in the message, the exit code says
 * the kind. docs/errors.md lists the same rows and is tested against this table.
 */
export const ERROR_TABLE = {
  config_invalid: {
    exitCode: 78,
    retryable: false,
    summary: "a setting is missing or wrong",
    fix: "Correct each setting that the message lists, in `.env` or in the environment.",
  },
  env_file_unreadable: {
    exitCode: 78,
    retryable: false,
    summary: "the .env file cannot be read",
    fix: "Make the file readable for the user that runs the server, and save it as UTF-8 text.",
  },
  master_key_invalid: {
    exitCode: 78,
    retryable: false,
    summary: "the master key is malformed, or is not the one that the store was written with",
    fix: "Give the key that wrote the store. Without that key its tokens cannot be recovered: move the store away and connect again. Nothing was changed.",
  },
  master_key_unavailable: {
    exitCode: 69,
    retryable: true,
    summary: "the place that holds the master key cannot be asked",
    fix: "Check the network and the region of the AWS secret, then start again.",
  },
  port_in_use: {
    exitCode: 69,
    retryable: true,
    summary: "another program listens on the port",
    fix: "Stop the other program, or choose another port: `--port`, or `PORT` for a server.",
  },
  storage_unavailable: {
    exitCode: 69,
    retryable: true,
    summary: "the store cannot be reached or opened",
    fix: "Check `STORAGE_URL`, the rights on its folder and the space on the disk.",
  },
  storage_corrupt: {
    exitCode: 65,
    retryable: false,
    summary: "a stored record cannot be decrypted or read",
    fix: "Restore the store from a backup, or move it away and connect again.",
  },
  not_connected: {
    exitCode: 77,
    retryable: false,
    summary: "no GoHighLevel connection to work with",
    fix: "Run `ghl-mcp login`, which needs an app or the sandbox, or set `GHL_PRIVATE_TOKEN` and `GHL_LOCATION_ID`.",
  },
  login_failed: {
    exitCode: 77,
    retryable: true,
    summary: "the sign-in at GoHighLevel did not succeed",
    fix: "Follow the message: most often client id, client secret or redirect URI differ from those of the app.",
  },
  upstream_failed: {
    exitCode: 69,
    retryable: true,
    summary: "GoHighLevel did not answer as hoped",
    fix: "Try again later; the log has the status.",
  },
  problems_found: {
    exitCode: 1,
    retryable: false,
    summary: "`doctor` found a problem",
    fix: "Do what stands below each problem, then run `ghl-mcp doctor` again.",
  },
  call_refused: {
    exitCode: 65,
    retryable: false,
    summary: "GoHighLevel refused what a call asked for",
    fix: "Follow the message: correct the arguments, or look for the record first.",
  },
  client_file_refused: {
    exitCode: 65,
    retryable: false,
    summary: "the configuration file of a client cannot be changed",
    fix: "Correct the file, or put the server in by hand, as the message or `ghl-mcp connect` shows. Nothing was changed.",
  },
  usage: {
    exitCode: 64,
    retryable: false,
    summary: "the command line is wrong",
    fix: "See `ghl-mcp --help`.",
  },
  internal: {
    exitCode: 70,
    retryable: false,
    summary: "a bug in this program",
    fix: "Report it with the log of the run, which holds no tokens.",
  },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly exitCode: number;
      readonly retryable: boolean;
      readonly summary: string;
      /** What the person can do; Markdown, as docs/errors.md shows it. */
      readonly fix: string;
    }
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

/** Whether the store cannot be reached: what failed for that may be tried again later. */
export const isStoreAway = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === "storage_unavailable";
