/** How an answer of the legacy era goes out. */
export type AnswerForm = "json" | "stream";

/**
 * The form that an `Accept` header leaves for an answer of the legacy era, which the SDK frames as an
 * event stream; undefined where the SDK refuses it. Clients that accept JSON (or anything) and name no
 * event stream get plain JSON: older revisions demand both media types, and not every client knows.
 */
export const chooseForm = (accept: string | undefined): AnswerForm | undefined => {
  if (accept === undefined) return "json";
  if (!accept.includes("text/event-stream")) {
    return /\*\/\*|application\/(json|\*)/.test(accept) ? "json" : undefined;
  }
  return accept.includes("application/json") ? "stream" : undefined;
};
