const CALLING_CODES: Readonly<Record<string, string>> = { US: "1", GB: "44" };

/** A phone number in E.164 where it can be told; a number without `+` is of the location's country. */
export const normalizePhone = (phone: string, country: string | undefined): string => {
  const digits = phone.replaceAll(/\D/g, "");
  if (phone.trim().startsWith("+")) return `+${digits}`;
  const code = CALLING_CODES[country ?? ""] ?? "";
  const national = digits.replace(/^0/, "");
  return code !== "" && digits.startsWith(code) && digits.length > 10
    ? `+${digits}`
    : `+${code}${national}`;
};
