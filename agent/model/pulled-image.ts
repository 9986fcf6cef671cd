/** One image that a pull of ours brought to this device. */
export interface PulledImage {
  /** As the document has it. */
  readonly reference: string;
  /** The engine's id of what came. */
  readonly imageId: string;
  /** A later pull of the same reference brought another image: this one lost its name. */
  readonly isSuperseded: boolean;
  /** For how long nobody has needed it, in milliseconds that the agent ran; `null` while somebody does. */
  readonly unneededMs: number | null;
}
