package dev.cortado.sdk;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server on the loopback address whose answers are made byte by byte, so that each can be wrong in its own way. */
final class FaultyServer implements AutoCloseable {
    /** What the client asked. */
    record Request(String path, Map<String, String> headers) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    /**
     * What it gets.
     *
     * @param head status line and headers, lines separated by \n, without the empty line
     * @param body bytes that are sent before the connection is closed, however many the head has promised
     * @param pauseMillis between each thousand bytes
     */
    record Answer(String head, byte[] body, int pauseMillis) {
        Answer(String head, byte[] body) {
            this(head, body, 0);
        }
    }

    /** Decides on the n-th request, counted from 0. */
    interface Script {
        Answer answer(int n, Request request);
    }

    private final ServerSocket socket;
    private final Thread thread;
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    FaultyServer(Script script) throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread = Thread.ofPlatform().daemon().start(() -> serve(script));
    }

    /** An answer with the whole content. */
    static Answer whole(byte[] content) {
        return new Answer("HTTP/1.1 200 OK\nContent-Length: " + content.length, content);
    }

    /** What a well-behaved server says: the range that was asked for, or everything. */
    static Answer honest(byte[] content, Request request) {
        return cut(content, request, Integer.MAX_VALUE);
    }

    /** Like {@link #honest}, but the connection breaks after {@code most} bytes. */
    static Answer cut(byte[] content, Request request, int most) {
        String range = request.header("Range");
        int from = range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        byte[] rest = java.util.Arrays.copyOfRange(content, from, content.length);
        String head = range.isEmpty()
                ? "HTTP/1.1 200 OK"
                : "HTTP/1.1 206 Partial Content\nContent-Range: bytes %d-%d/%d"
                        .formatted(from, content.length - 1, content.length);
        return new Answer(
                head + "\nContent-Length: " + rest.length,
                java.util.Arrays.copyOf(rest, Math.min(rest.length, most)));
    }

    URI address(String path) {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/" + path);
    }

    List<Request> requests() {
        return requests;
    }

    private void serve(Script script) {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                Request request = read(client);
                if (request != null) {
                    requests.add(request);
                    write(client, script.answer(requests.size() - 1, request));
                }
            } catch (IOException e) {
                // the client went away, or the server was closed: the loop's condition decides
            }
        }
    }

    private static Request read(Socket client) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        String first = in.readLine();
        if (first == null) {
            return null;
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        return new Request(first.split(" ")[1].substring(1), headers);
    }

    private static void write(Socket client, Answer answer) throws IOException {
        OutputStream out = client.getOutputStream();
        String head = answer.head().replace("\n", "\r\n") + "\r\nConnection: close\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
        for (int at = 0; at < answer.body().length; at += 1000) {
            out.write(answer.body(), at, Math.min(1000, answer.body().length - at));
            if (answer.pauseMillis() > 0) {
                out.flush();
                pause(answer.pauseMillis());
            }
        }
        out.flush();
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        thread.interrupt();
    }
}
