// Source: the OCI Image Specification 1.1, "Media Types".
// Tested in test/lib/oci/image.test.ts.
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
