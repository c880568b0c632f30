import { SETTINGS, type SettingInfo, type SettingName } from "../../src/config/schema.ts";

/**
 * What a setting means, as plain text for a form: without links into the documentation, and with what
 * would be right where there is no default.
 */
export const toSettingText = (name: SettingName): string => {
  const { meaning, right, fallback }: SettingInfo = SETTINGS[name];
  const plain = meaning.replaceAll(/; see \[[^\]]*\]\([^)]*\)/gu, "").replaceAll("`", "");
  return fallback === undefined ? `${plain}; ${right}` : plain;
};

/** Whether the value of a setting is a secret. */
export const isSecretSetting = (name: SettingName): boolean => {
  const { secret }: SettingInfo = SETTINGS[name];
  return secret === true;
};
