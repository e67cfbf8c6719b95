/**
 * Stands in for the client-side rate limit of AWS_RETRY_MODE=adaptive, which is then like `standard`: our client of
 * Route 53 has a strategy of its own anyway.
 */
export class DefaultRateLimiter {
  async getSendToken(): Promise<void> {}
  updateClientSendingRate(): void {}
}
