import { fail, ok, type Result } from "../core/result.ts";

/** Why a body is not a form that we take. */
export type FormFailure =
  | { readonly kind: "wrong_content_type"; readonly wanted: string }
  | { readonly kind: "too_many_parameters"; readonly max: number }
  | { readonly kind: "repeated_parameter" };

/** How to read a form. */
export interface FormRequest {
  readonly contentType: string | undefined;
  readonly body: string;
  /** Parameters that may come more than once; all others must not (RFC 6749 §3.2). */
  readonly repeatable?: readonly string[];
}

/** Reads an `application/x-www-form-urlencoded` body. */
export const parseForm = (request: FormRequest): Result<URLSearchParams, FormFailure> => {
  if (!isMediaType(request.contentType, FORM_TYPE)) {
    return fail({ kind: "wrong_content_type", wanted: FORM_TYPE });
  }
  if (request.body.split("&", MAX_PARAMETERS + 1).length > MAX_PARAMETERS) {
    return fail({ kind: "too_many_parameters", max: MAX_PARAMETERS });
  }
  const form = new URLSearchParams(request.body);
  const names = [...form.keys()].filter((name) => request.repeatable?.includes(name) !== true);
  if (new Set(names).size < names.length) return fail({ kind: "repeated_parameter" });
  return ok(form);
};

/** What to tell the sender, in words that never repeat the input. */
export const describeFormFailure = (failure: FormFailure): string => {
  switch (failure.kind) {
    case "wrong_content_type":
      return `the content type must be ${failure.wanted}`;
    case "too_many_parameters":
      return `there are more than ${failure.max} parameters`;
    case "repeated_parameter":
      return "a parameter is given more than once";
  }
};

/**
 * Whether a Content-Type is this media type, alone or with a charset. A list of two types, which some
 * proxies make of a doubled header, is neither (attack case T13).
 */
export const isMediaType = (contentType: string | undefined, mediaType: string): boolean => {
  if (contentType === mediaType) return true;
  const [type = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  return (
    type.trim() === mediaType &&
    parameters.every((parameter) => /^\s*charset="?[a-z0-9_-]+"?\s*$/u.test(parameter))
  );
};

const FORM_TYPE = "application/x-www-form-urlencoded";
const MAX_PARAMETERS = 100;
