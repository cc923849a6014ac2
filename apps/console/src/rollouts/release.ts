/** A release, as everything names it. */
export interface Release {
  readonly softwareVersion: string;
  readonly configRev: string;
}

/** `v2.1.5+c42`. */
export const releaseName = ({ softwareVersion, configRev }: Release): string => `${softwareVersion}+${configRev}`;
