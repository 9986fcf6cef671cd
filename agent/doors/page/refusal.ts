/** Why a request is not answered: an HTTP status, and a sentence. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}
