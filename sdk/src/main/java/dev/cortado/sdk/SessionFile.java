package dev.cortado.sdk;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cortado.gguf.AtomicFile;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A saved conversation. The file holds a mark, the length of a JSON object with template and messages, that object, and the
 * sequence that was computed for it.
 *
 * @param template source of the chat template
 * @param messages the conversation
 */
record SessionFile(String template, List<Message> messages) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MARK = 0x434F525441444F31L; // CORTADO1

    /** Writes a session with the cache that serves its tokens best. */
    static void write(Path file, SessionFile session, Tokens tokens, Slots slots) throws IOException {
        byte[] json = JSON.writeValueAsBytes(session);
        try (AtomicFile target = new AtomicFile(file);
                DataOutputStream out = new DataOutputStream(
                        new BufferedOutputStream(Channels.newOutputStream(target.channel()), 1 << 20))) {
            out.writeLong(MARK);
            out.writeInt(json.length);
            out.write(json);
            slots.save(tokens, out);
            out.flush();
            target.publish();
        }
    }

    /** Reads a session, and its sequence into a cache. */
    static SessionFile read(Path file, Slots slots) throws IOException {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
            if (Files.size(file) < Long.BYTES + Integer.BYTES || in.readLong() != MARK) {
                throw new IOException("%s is no saved session".formatted(file));
            }
            int length = in.readInt();
            if (length < 0 || length > Files.size(file)) {
                throw new IOException("%s: %d bytes of messages claimed, the file has %d".formatted(file, length, Files.size(file)));
            }
            SessionFile session = JSON.readValue(in.readNBytes(length), SessionFile.class);
            slots.restore(in);
            return session;
        } catch (JacksonException e) {
            throw new IOException("%s: its messages are damaged: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }
}
