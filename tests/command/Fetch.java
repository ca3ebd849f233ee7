// Shakes hands with HOST:PORT as any program of Java does, and says whether the chain is trusted.
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

public class Fetch {
    public static void main(String[] words) throws Exception {
        try (SSLSocket socket = (SSLSocket) SSLSocketFactory.getDefault().createSocket(words[0], Integer.parseInt(words[1]))) {
            socket.startHandshake();
            System.out.println("done");
        } catch (javax.net.ssl.SSLHandshakeException refused) {
            System.out.println(refused.getMessage());
            System.exit(1);
        }
    }
}
