package dev.cortado.sdk;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One file to be downloaded. It grows under the name {@code <file>.part}, and gets its own name only when size and
 * checksums are right and its bytes are on the disk. An interrupted transfer goes on where it stopped, within a call and in
 * a later process alike.
 *
 * @param address where it is
 * @param file where it goes
 * @param size expected bytes, 0 if unknown
 * @param md5 expected, hexadecimal, or null
 * @param sha256 expected, hexadecimal, or null
 * @param authorization value of the header of that name, empty for none
 */
record Download(
        URI address, Path file, long size, @Nullable String md5, @Nullable String sha256, String authorization) {
    private static final int BLOCK = 1 << 20;

    /**
     * Downloads the file, or the rest of it.
     *
     * @throws IllegalArgumentException if the server refuses or what came is not what was expected; no partial file stays
     * @throws IOException if the transfer broke off; what came stays for the next time
     */
    Path run(DownloadListener listener) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        boolean resumable = Files.exists(part) && (md5 != null || sha256 != null);
        long offset = resumable ? Files.size(part) : 0;
        if (size > 0 && offset >= size) {
            offset = 0;
        }
        HttpURLConnection connection = request(offset, listener, offset > 0);
        if (offset > 0 && connection.getResponseCode() == HttpURLConnection.HTTP_OK) {
            offset = 0; // the server sends the whole file again
        }
        try (FileChannel channel =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            FileLock lock = lock(channel);
            if (lock == null) {
                throw new IOException("another process is downloading " + file);
            }
            channel.truncate(offset);
            transfer(channel, connection, offset, listener);
            verify(channel, listener);
            channel.force(true);
        } catch (IllegalArgumentException e) {
            discard(part, listener);
            throw e;
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        listener.note("Model downloaded to '%s'".formatted(file));
        return file;
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // another thread of this process
        }
    }

    private static void discard(Path part, DownloadListener listener) throws IOException {
        if (Files.deleteIfExists(part)) {
            listener.note("Cleaning up the interrupted download...");
        }
    }

    /** @param lenient whether an answer with the whole file is welcome although a rest was asked for */
    private HttpURLConnection request(long offset, DownloadListener listener, boolean lenient) throws IOException {
        Map<String, String> headers = new HashMap<>();
        headers.put("Accept-Encoding", "identity");
        if (offset > 0) {
            listener.note("\nDownload interrupted, resuming from byte position " + offset);
            headers.put("Range", "bytes=" + offset + "-");
        }
        HttpURLConnection connection = Http.get(address, headers, authorization);
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK && status != HttpURLConnection.HTTP_PARTIAL) {
            throw Http.failure(connection);
        }
        boolean whole = status == HttpURLConnection.HTTP_OK;
        if (offset > 0 && !(whole && lenient)) {
            String range = connection.getHeaderField("Content-Range");
            if (whole || range == null || !range.startsWith("bytes " + offset + "-")) {
                throw new IllegalArgumentException(
                        "Connection was interrupted and server does not support range requests");
            }
        }
        String encoding = connection.getContentEncoding();
        if (encoding != null) {
            throw new IllegalArgumentException("Expected identity Content-Encoding, got " + encoding);
        }
        return connection;
    }

    private void transfer(FileChannel channel, HttpURLConnection first, long offset, DownloadListener listener)
            throws IOException {
        HttpURLConnection connection = first;
        long length = connection.getContentLengthLong();
        long total = length > 0 ? offset + length : 0;
        long received = offset;
        while (true) {
            long before = received;
            IOException broken = null;
            try {
                received = copy(connection, channel, received, total, listener);
            } catch (IOException e) {
                received = channel.size();
                broken = e;
            }
            if (broken == null && (total == 0 || received >= total)) {
                return;
            }
            if (received == before) {
                throw stalled(broken);
            }
            connection = request(received, listener, false);
        }
    }

    private static IllegalStateException stalled(@Nullable IOException broken) {
        return new IllegalStateException("Download not making progress, aborting.", broken);
    }

    private long copy(
            HttpURLConnection connection, FileChannel channel, long from, long total, DownloadListener listener)
            throws IOException {
        long received = from;
        byte[] block = new byte[BLOCK];
        try (InputStream in = connection.getInputStream()) {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                channel.write(ByteBuffer.wrap(block, 0, n), received);
                received += n;
                listener.progress(DownloadListener.Phase.DOWNLOADING, file, received, total);
            }
        }
        return received;
    }

    private void verify(FileChannel channel, DownloadListener listener) throws IOException {
        if (size > 0 && channel.size() != size) {
            throw new IllegalArgumentException(
                    "Expected file size of %d bytes, got %d".formatted(size, channel.size()));
        }
        Checksums.verify(channel, file, md5, sha256, listener);
    }
}
