/** What the handling of a request came to, before it is written in the shape of a version. */
export type Outcome =
  | { readonly kind: "answer"; readonly status: number; readonly body: unknown }
  | FileAnswer
  | Refusal;

/** A success whose body is a file. */
export interface FileAnswer {
  readonly kind: "file";
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A refusal with the text that GoHighLevel uses for it. */
export interface Refusal {
  readonly kind: "refusal";
  readonly status: RefusalStatus;
  /** A list for validation errors, else one text. */
  readonly message: string | readonly string[];
  /** What GoHighLevel adds beside the message: the contact that is in the way of a new one. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** The statuses that the sandbox refuses with. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 413 | 415 | 422 | 429;

/** Wraps a body as a success. */
export const answer = (status: number, body: unknown): Outcome => ({
  kind: "answer",
  status,
  body,
});

/** Wraps a text as a refusal. */
export const refuse = (
  status: RefusalStatus,
  message: string | readonly string[],
  meta?: Readonly<Record<string, string>>,
): Refusal => ({ kind: "refusal", status, message, ...(meta === undefined ? {} : { meta }) });

const ERROR_NAMES = {
  400: { name: "Bad Request", code: "INVALID_ARGUMENT" },
  401: { name: "Unauthorized", code: "UNAUTHENTICATED" },
  403: { name: "Forbidden", code: "PERMISSION_DENIED" },
  404: { name: "Not Found", code: "RESOURCE_NOT_FOUND" },
  413: { name: "Payload Too Large", code: "INVALID_ARGUMENT" },
  415: { name: "Unsupported Media Type", code: "INVALID_ARGUMENT" },
  422: { name: "Unprocessable Entity", code: "INVALID_ARGUMENT" },
  429: { name: "Too Many Requests", code: "RESOURCE_EXHAUSTED" },
} as const satisfies Record<RefusalStatus, { readonly name: string; readonly code: string }>;

/**
 * The body of a refusal: `{statusCode, message, error}` for dated versions, `{error: {code, message,
 * details, resolution}}` for v3. Validation errors carry no trace id.
 */
export const toErrorBody = (refusal: Refusal, isV3: boolean, traceId: string): unknown => {
  const { name, code } = ERROR_NAMES[refusal.status];
  const isList = typeof refusal.message !== "string";
  if (isV3) {
    return {
      error: {
        code,
        message: isList ? name : refusal.message,
        details: { ...refusal.meta, ...(isList ? { errors: refusal.message } : {}), traceId },
        resolution: RESOLUTIONS[refusal.status],
      },
    };
  }
  return {
    statusCode: refusal.status,
    message: refusal.message,
    error: name,
    ...(refusal.meta === undefined ? {} : { meta: refusal.meta }),
    ...(isList ? {} : { traceId }),
  };
};

const RESOLUTIONS: Readonly<Record<RefusalStatus, string>> = {
  400: "Correct the request and send it again.",
  401: "Send a valid token that has the scope of this operation.",
  403: "Use a token of the location that the record belongs to.",
  404: "Check the path and the id.",
  413: "Send less at once.",
  415: "Send the body in the content type of this operation.",
  422: "Correct the fields that are named and send the request again.",
  429: "Wait for the interval to end, then send fewer requests.",
};
