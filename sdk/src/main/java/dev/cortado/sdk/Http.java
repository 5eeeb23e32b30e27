package dev.cortado.sdk;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/** GET requests that follow redirects and keep credentials with their host. Proxies are those of the JVM. */
final class Http {
    private static final int REDIRECTS = 10;
    private static final Set<Integer> REDIRECT = Set.of(301, 302, 303, 307, 308);
    private static final int CONNECT_MILLIS = 15_000;
    private static final int READ_MILLIS = 60_000;

    private Http() {}

    /**
     * An answer of any status.
     *
     * @param authorization value of the header of that name for the first host, empty for none
     * @throws IOException if there is no answer
     */
    static HttpURLConnection get(URI address, Map<String, String> headers, String authorization) throws IOException {
        URI next = address;
        for (int i = 0; i < REDIRECTS; i++) {
            if (!(next.toURL().openConnection() instanceof HttpURLConnection connection)) {
                throw new IOException("not an HTTP address: " + next);
            }
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(READ_MILLIS);
            connection.setRequestProperty("User-Agent", "cortado");
            headers.forEach(connection::setRequestProperty);
            if (!authorization.isEmpty() && String.valueOf(address.getAuthority()).equals(next.getAuthority())) {
                connection.setRequestProperty("Authorization", authorization);
            }
            String location = connection.getHeaderField("Location");
            if (!REDIRECT.contains(connection.getResponseCode()) || location == null) {
                return connection;
            }
            connection.disconnect();
            URI target = next.resolve(location);
            if ("https".equals(next.getScheme()) && !"https".equals(target.getScheme())) {
                throw new IOException("%s redirects to the insecure %s".formatted(next, target));
            }
            next = target;
        }
        throw new IOException("more than %d redirects from %s".formatted(REDIRECTS, address));
    }

    /** The error for a status that is none of those expected. */
    static IllegalArgumentException failure(HttpURLConnection connection) throws IOException {
        String reason = connection.getResponseMessage();
        return new IllegalArgumentException("Request failed: HTTP %d%s"
                .formatted(connection.getResponseCode(), reason == null || reason.isEmpty() ? "" : " " + reason));
    }
}
