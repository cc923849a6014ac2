/** A person or tool that acts, and when by the clock of the door; never before what it answers. */
export interface Acting {
  /** `operator:alice`, `deploy:ci`. */
  readonly by: string;
  readonly at: number;
}
