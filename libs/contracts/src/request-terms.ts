/** A request that is to be done once, however often it is sent. */
export interface Once {
  /** Whose key it is: keys of two callers never meet. */
  readonly subject: string;
  /** As the client chose it. */
  readonly key: string;
  /** SHA-256 over what is asked for, hex: the same key with another request is refused. */
  readonly hash: string;
}

/** On which terms a request acts. */
export interface RequestTerms {
  readonly once?: Once;
  /** Versions of which the thing must have one (`If-Match`); `any`: it must exist. None of a list fits nothing. */
  readonly ifMatch?: 'any' | readonly number[];
}
