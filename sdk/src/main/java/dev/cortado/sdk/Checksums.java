package dev.cortado.sdk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checksums of a file. */
final class Checksums {
    private static final int BLOCK = 1 << 20;

    private Checksums() {}

    /** @throws IllegalArgumentException if one differs from what is expected; null is not compared */
    static void verify(
            FileChannel channel,
            Path file,
            @Nullable String md5,
            @Nullable String sha256,
            DownloadListener listener)
            throws IOException {
        if (md5 != null) {
            compare("MD5", md5, digest("MD5", channel, file, listener));
        }
        if (sha256 != null) {
            compare("SHA-256", sha256, digest("SHA-256", channel, file, listener));
        }
    }

    private static void compare(String kind, String expected, String found) {
        if (!expected.toLowerCase(Locale.ROOT).equals(found)) {
            throw new IllegalArgumentException(
                    "Expected %s hash of '%s', got '%s'".formatted(kind, expected, found));
        }
    }

    private static String digest(String kind, FileChannel channel, Path file, DownloadListener listener)
            throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance(kind);
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            long at = 0;
            for (int n = channel.read(block, at); n >= 0; n = channel.read(block, at)) {
                at += n;
                digest.update(block.flip());
                block.clear();
                listener.progress(DownloadListener.Phase.VERIFYING, file, at, channel.size());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + kind, e);
        }
    }
}
