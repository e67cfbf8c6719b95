/** What may never be published: the address of a host's own metadata. */
export const FORBIDDEN = '169.254.169.254';
